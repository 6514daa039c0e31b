import { basename } from 'node:path';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine, formatValue } from '../../lib/format.ts';
import {
  type ImportFailure,
  type ImportOptions,
  type ImportResult,
  importRecipes as importAll,
} from '../../operations/import/import.ts';
import type { CommandContext } from '../command-context.ts';

/** More than this of one recipe hides the others. */
const mostNotes = 50;

/** `ctinstall import <format> <recipe>…`. */
export async function importRecipes(
  format: string,
  recipes: readonly string[],
  flags: Omit<ImportOptions, 'format' | 'recipes'>,
  context: CommandContext,
): Promise<void> {
  if (format !== 'eb' && format !== 'shpc')
    throw new CtinstallError('usage', `\`${formatValue(format)}\` is no format of recipes`, {
      hint: '`eb` for EasyBuild, `shpc` for singularity-hpc',
    });
  const { name, tag, allTags, wrappers } = flags;
  if (format === 'eb' && [name, tag, allTags, wrappers].some((flag) => flag !== undefined))
    throw new CtinstallError(
      'usage',
      '`--name`, `--tag`, `--all-tags` and `--wrappers` are for recipes of singularity-hpc',
    );
  if (tag !== undefined && allTags === true) throw new CtinstallError('usage', '`--tag` goes without `--all-tags`');
  const results: object[] = [];
  const tell = (result: ImportResult | ImportFailure): void => {
    if (context.isJson) results.push(describe(result));
    else if ('error' in result) tellFailure(result, context);
    else tellResult(result, recipes, context);
  };
  try {
    await importAll({ ...flags, ...wrappersOf(flags), format, recipes }, tell, context);
  } finally {
    if (context.isJson) context.print(JSON.stringify(results, undefined, 2));
  }
}

/** With commas between them, or one by one. */
function wrappersOf({ wrappers }: Pick<ImportOptions, 'wrappers'>): Pick<ImportOptions, 'wrappers'> {
  return wrappers === undefined ? {} : { wrappers: wrappers.flatMap((names) => names.split(',')) };
}

function describe(result: ImportResult | ImportFailure): object {
  if ('error' in result) return { recipe: result.recipe, error: result.error.message, details: result.error.details };
  const { recipe, path, text, notes } = result;
  return { recipe, easyconfig: path ?? null, notes, ...(path === undefined ? { text } : {}) };
}

function tellFailure({ recipe, error }: ImportFailure, { reporter }: CommandContext): void {
  const [detail] = error.details;
  reporter.report({ event: 'warning', message: detail ?? `${formatLine(recipe)}: ${error.message}` });
}

function tellResult(
  { recipe, path, text, notes }: ImportResult,
  named: readonly string[],
  context: CommandContext,
): void {
  context.print(path ?? text.trimEnd());
  // A directory is called otherwise than the recipe in it.
  const isOne = named.length === 1 && basename(named[0] ?? '') === basename(recipe);
  const warn = (message: string): void =>
    context.reporter.report({ event: 'warning', message: isOne ? message : `${formatLine(recipe)}: ${message}` });
  for (const note of notes.slice(0, mostNotes)) warn(formatValue(note, 300));
  if (notes.length > mostNotes) warn(`${notes.length - mostNotes} more: they stand at the top of the easyconfig`);
}
