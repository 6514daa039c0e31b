import { basename } from 'node:path';
import { type CataloguedEasyconfig, searchCatalogue } from '../../discover/easyconfig-catalogue.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, easyconfigPath, readSettingsOf } from '../context.ts';
import { indexPlace } from './index-place.ts';

export interface SearchOptions {
  /** Only those that have it in their name, version, description, commands or packages, in any case; all without one. */
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
    .sort((a, b) => rankOf(a, word) - rankOf(b, word) || compare(a.file, b.file) || compare(a.path, b.path));
  tell(found, [...faults, ...easyconfigs.flatMap(({ fault }) => fault ?? []).sort(compare)]);
  await keepIndex();
}

/** What is called so comes first, then what has the word in its name, then what only says it of itself. */
function rankOf({ summary }: FoundEasyconfig, word = ''): number {
  const [name, wanted] = [summary?.name.toLowerCase() ?? '', word.toLowerCase()];
  if (wanted === '' || name === wanted) return 0;
  return name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : 3;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
