import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import type { DetectCondition } from './file-schemas.ts';
import type { SettingsPlaces } from './files.ts';
import { homeOf } from './home.ts';
import { optionTable, type SettingsValues } from './options.ts';
import { inspectSettingsFile, type SettingsFile } from './read-file.ts';
import { listPresets } from './read-presets.ts';

/** All that the prefix hangs on: where none of it changes, the settings need not be read again. */
export interface SettingsSourceList {
  /** Files that were read, or would be if they were there. */
  readonly files: readonly HostPath[];
  /** Directories whose `*.yaml` are presets. */
  readonly directories: readonly HostPath[];
  readonly variables: readonly string[];
  /** Paths of which it matters whether they are there. */
  readonly marks: readonly HostPath[];
  /** How the machine of each preset is known. */
  readonly detect: readonly (DetectCondition & { readonly preset: string })[];
}

export async function listSettingsSources(
  { siteFile, userFile, presetDirectories }: SettingsPlaces,
  { site, environment }: { readonly site: string; readonly environment: Readonly<Record<string, string | undefined>> },
): Promise<SettingsSourceList> {
  const presets = await listPresets(presetDirectories);
  const own = [siteFile, ...(userFile === undefined ? [] : [userFile])];
  // It grows meanwhile, by the presets that are named by their paths.
  const paths = new Set([
    ...own,
    ...presets.map(({ path }) => path),
    ...(site.startsWith('/') ? [hostPath(site)] : []),
  ]);
  const files: SettingsFile[] = [];
  for (const path of paths) {
    const kind = path === siteFile ? 'site' : path === userFile ? 'user' : 'preset';
    const file = (await inspectSettingsFile(path, kind))?.file;
    if (file === undefined) continue;
    files.push(file);
    if (file.extends?.includes('/') === true) paths.add(hostPath(file.extends, file.base));
  }
  const home = homeOf(environment);
  return {
    files: [...paths],
    directories: presetDirectories,
    variables: [...new Set([...always, ...files.flatMap(({ values, force }) => [values, force].flatMap(variablesIn))])],
    marks: home === undefined ? [] : [joinHost(home, 'ctinstall', 'software')],
    detect: presets.flatMap(({ name, path }) => {
      const conditions = files.find((file) => file.path === path)?.detect ?? [];
      return conditions.map((condition) => ({ preset: name, ...condition }));
    }),
  };
}

const always: readonly string[] = [
  ...['HOME', 'XDG_CONFIG_HOME', 'CTINSTALL_SITE_SETTINGS', 'CTINSTALL_SITE_PRESETS'],
  ...[optionTable.site, optionTable.prefix, optionTable.more_prefixes].map(({ environment }) => environment),
];

/** Names of variables in the prefixes that a file gives. */
function variablesIn({ prefix, more_prefixes: more = [] }: SettingsValues): string[] {
  const texts = [...(prefix === undefined ? [] : [prefix]), ...more];
  return texts.flatMap((text) => Array.from(text.matchAll(/\$\{?([A-Za-z_]\w*)/g), ([, name = '']) => name));
}
