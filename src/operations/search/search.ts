import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type CataloguedEasyconfig, searchCatalogue } from '../../discover/easyconfig-catalogue.ts';
import type { IndexPlace } from '../../discover/easyconfig-index.ts';
import { statIfThere } from '../../host/files.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, easyconfigPath, readSettingsOf } from '../context.ts';

export interface SearchOptions {
  /** Only those that have it in their name, version or description, in any case; all without one. */
  readonly word: string | undefined;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  /** Hears of what was found, before an index of it is kept for the next search. */
  readonly tell: (found: readonly FoundEasyconfig[], faults: readonly string[]) => void;
}

export type FoundEasyconfig = CataloguedEasyconfig & { readonly file: string };

/**
 * Finds easyconfigs in the current directory and along the easyconfig path. Those that cannot be read are told of, whatever
 * the word: it may be in them.
 */
export async function search({ word, settings: overrides, tell }: SearchOptions, context: Context): Promise<void> {
  const settings = await readSettingsOf(context, overrides, { needsPrefix: false });
  const directories = easyconfigPath(context, settings);
  const { easyconfigs, faults, keepIndex } = await searchCatalogue(
    { cwd: context.cwd, directories },
    { word: word ?? '', index: await indexPlace(directories, context), signal: context.signal },
  );
  const found = easyconfigs
    .filter(({ isMatch }) => isMatch)
    .map((easyconfig) => ({ file: basename(easyconfig.path), ...easyconfig }))
    .sort((a, b) => compare(a.file, b.file) || compare(a.path, b.path));
  tell(found, [...faults, ...easyconfigs.flatMap(({ fault }) => fault ?? []).sort(compare)]);
  await keepIndex();
}

/** One index for each easyconfig path; none where the user has no home. */
async function indexPlace(directories: readonly HostPath[], context: Context): Promise<IndexPlace | undefined> {
  const { HOME: home, XDG_CACHE_HOME: cacheHome } = context.environment;
  const cache = cacheHome?.startsWith('/') ? cacheHome : home?.startsWith('/') ? `${home}/.cache` : undefined;
  if (cache === undefined) return undefined;
  const which = createHash('sha256').update(directories.join('\0')).digest('hex').slice(0, 16);
  const build = await statIfThere(joinHost(context.toolDir, 'dist', 'ctinstall.js'));
  return {
    file: joinHost(hostPath(cache), 'ctinstall', `easyconfigs-${which}.json`),
    tool: `${context.toolVersion} ${build?.mtimeMs}`,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
