import { listDirectories } from '../host/many-files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { didYouMean } from '../lib/near.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { type InspectedFile, inspectSettingsFile, type SettingsFile } from './read-file.ts';
import { keepFault, throwTogether } from './together.ts';
import type { SettingsLayer } from './types.ts';

/** A preset that is found by its name. */
export interface NamedPreset {
  readonly name: string;
  readonly path: HostPath;
}

/** The presets in directories, each name from the first that has it. */
export async function listPresets(directories: readonly HostPath[]): Promise<NamedPreset[]> {
  const presets = new Map<string, NamedPreset>();
  const listings = await listDirectories(directories);
  for (const [at, directory] of directories.entries()) {
    const listed = listings[at] ?? [];
    if (listed instanceof CtinstallError) throw listed;
    for (const entry of listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = /^([a-z][a-z0-9-]*)\.yaml$/.exec(entry.name)?.[1];
      if (name !== undefined && !presets.has(name)) presets.set(name, { name, path: joinHost(directory, entry.name) });
    }
  }
  return [...presets.values()];
}

/**
 * The layers of a preset, those that it extends first.
 * @param asked a name, or the absolute path of a file
 * @throws CtinstallError `settings-invalid` where there is no such preset, they extend each other, or with all faults of all
 */
export async function readPresetLayers(asked: string, directories: readonly HostPath[]): Promise<SettingsLayer[]> {
  const layers: SettingsLayer[] = [];
  const seen: string[] = [];
  const faults: CtinstallError[] = [];
  for (let next: string | undefined = asked; next !== undefined; ) {
    const found: InspectedFile | undefined = await keepFault(faults, readPreset(next, directories));
    if (found === undefined) break;
    const { fault } = found;
    const preset: SettingsFile = found.file;
    if (fault !== undefined) faults.push(fault);
    if (seen.includes(preset.path)) {
      faults.push(inCircle([...seen, preset.path]));
      break;
    }
    seen.push(preset.path);
    layers.unshift({ ...preset, origin: `site preset ${next}`, by: 'site' });
    next = preset.extends?.includes('/') === true ? hostPath(preset.extends, preset.base) : preset.extends;
  }
  throwTogether(faults);
  return layers;
}

function inCircle(paths: readonly string[]): CtinstallError {
  return new CtinstallError('settings-invalid', 'site presets extend each other in a circle', {
    details: paths.map((path) => `  ${path}`),
    hint: 'take one of the `extends` out',
  });
}

async function readPreset(asked: string, directories: readonly HostPath[]): Promise<InspectedFile> {
  const isPath = asked.includes('/');
  for (const path of isPath
    ? [hostPath(asked)]
    : directories.map((directory) => joinHost(directory, `${asked}.yaml`))) {
    const preset = await inspectSettingsFile(path, 'preset');
    if (preset !== undefined) return preset;
  }
  const names = (await listPresets(directories)).map(({ name }) => name);
  throw new CtinstallError('settings-invalid', `there is no site preset \`${asked}\``, {
    hint: isPath
      ? 'name the path of a file, or one of the presets by its name'
      : (didYouMean(asked, names) ??
        `there are ${names.map((name) => `\`${name}\``).join(', ')}; looked in ${directories.map((directory) => `\`${directory}\``).join(', ')}`),
  });
}
