import { shpcFile } from '../../formats/shpc/name.ts';
import { formatLine } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** Whether a file is a recipe in another format, which can be installed all the same. */
export function isOtherRecipe(path: string, text: string): boolean {
  return path.endsWith('.eb') || (path.endsWith(`/${shpcFile}`) && /^latest:/m.test(text));
}

/** Whether another version of it is another tag. */
export function hasTags(path: string): boolean {
  return path.endsWith(`/${shpcFile}`);
}

/**
 * The easyconfig that is made of a recipe in another format, for an install in one step; tells what could not be carried over.
 * `version`: of the tag that is meant, where it has tags.
 */
export async function importForInstall(
  path: HostPath,
  text: string,
  { version, reporter }: Pick<Context, 'reporter'> & { readonly version: string | undefined },
): Promise<string> {
  const imported = path.endsWith('.eb')
    ? await (await import('./import-recipe.ts')).importEbText(path, text, { besideRecipe: true })
    : (
        await (await import('./import-shpc.ts')).importShpcText(path, text, version === undefined ? {} : { version })
      )[0];
  if (imported === undefined) return text;
  for (const note of imported.notes) reporter.report({ event: 'warning', message: `${formatLine(path)}: ${note}` });
  return imported.text;
}
