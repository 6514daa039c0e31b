import { readEasyconfig } from '../../discover/read-easyconfig.ts';
import { shpcFile } from '../../formats/shpc/name.ts';
import { lstatIfThere, makeDirectory, readTextIfThere, writeFileWhole } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import { type ImportedText, importEbText } from './import-recipe.ts';
import { importShpcText, type ShpcOptions } from './import-shpc.ts';
import { findRecipes } from './read-recipes.ts';

export interface ImportOptions extends ShpcOptions {
  readonly format: 'eb' | 'shpc';
  /** Files and directories. */
  readonly recipes: readonly string[];
  /** Where easyconfigs are written; `-`: they are only given back. */
  readonly output?: string;
  readonly force?: boolean;
}

export interface ImportResult extends ImportedText {
  /** Where it was written. */
  readonly path: HostPath | undefined;
}

export interface ImportFailure {
  readonly recipe: HostPath;
  readonly error: CtinstallError;
}

/**
 * Makes easyconfigs of recipes in another format, and writes them. Nothing of a recipe is run, and nothing that is there is
 * overwritten. Hears of each as it is done; one that fails does not keep the others from being imported.
 */
export async function importRecipes(
  options: ImportOptions,
  tell: (result: ImportResult | ImportFailure) => void,
  context: Context,
): Promise<void> {
  const to = options.output === '-' ? undefined : hostPath(options.output ?? '.', context.cwd);
  const recipes = await findRecipes(options.recipes, isRecipe(options.format), context);
  const failed: ImportFailure[] = [];
  for (const recipe of recipes) {
    if (context.signal.aborted) throw new CtinstallError('interrupted', 'stopped');
    try {
      for (const imported of await importOne(recipe, to, options))
        tell({ ...imported, path: await write(imported, to, options) });
    } catch (error) {
      if (!(error instanceof CtinstallError)) throw error;
      if (recipes.length === 1) throw error;
      failed.push({ recipe, error });
      tell({ recipe, error });
    }
  }
  if (failed.length === 0) return;
  throw new CtinstallError('easyconfig-invalid', `${failed.length} of ${recipes.length} recipes could not be imported`);
}

function isRecipe(format: ImportOptions['format']): (name: string) => boolean {
  return (name) => (format === 'eb' ? name.endsWith('.eb') : name === shpcFile);
}

async function importOne(recipe: HostPath, to: HostPath | undefined, options: ImportOptions): Promise<ImportedText[]> {
  const text = await readEasyconfig(recipe);
  if (options.format === 'shpc') return importShpcText(recipe, text, options);
  return [await importEbText(recipe, text, { besideRecipe: to === hostPath('..', recipe) })];
}

async function write(
  imported: ImportedText,
  to: HostPath | undefined,
  { force }: ImportOptions,
): Promise<HostPath | undefined> {
  if (to === undefined) return undefined;
  const path = joinHost(to, imported.file);
  if (force !== true && (await lstatIfThere(path)) !== undefined) {
    // Given again, the command finds what it wrote.
    if ((await readTextIfThere(path).catch(() => undefined)) === imported.text) return path;
    throw new CtinstallError('usage', `\`${formatLine(path)}\` is there already`, {
      hint: 'name another directory with `--output <dir>`, print it with `--output -`, or overwrite it with `--force`',
    });
  }
  await makeDirectory(to);
  await writeFileWhole(path, imported.text, 0o666);
  return path;
}
