import { describeIssues } from '../../easyconfig/describe-issue.ts';
import { fileNameOf } from '../../easyconfig/normalize.ts';
import { parseEasyconfig } from '../../easyconfig/parse.ts';
import { describeNote, type Imported } from '../../formats/imported.ts';
import { renderImported } from '../../formats/render-imported.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';

/** An easyconfig that was made of a recipe. */
export interface ImportedText {
  /** The recipe. */
  readonly recipe: HostPath;
  /** What the easyconfig should be called. */
  readonly file: string;
  readonly text: string;
  /** What could not be carried over, with lines. */
  readonly notes: readonly string[];
}

/** @throws CtinstallError `easyconfig-invalid` for what is no recipe of a container, with the line that says so */
export async function importEbText(
  recipe: HostPath,
  text: string,
  options: { besideRecipe: boolean },
): Promise<ImportedText> {
  const { importEb } = await import('../../formats/eb/import-eb.ts');
  const { imported, refusal } = importEb(text);
  if (imported === undefined)
    throw new CtinstallError('easyconfig-invalid', `\`${formatLine(recipe)}\` cannot be imported`, {
      details: [`${formatLine(recipe)}:${refusal.line}: ${refusal.message}`],
      hint:
        refusal.hint ??
        'recipes are read and not run: write that part as plain text, or write the easyconfig by hand: docs/import.md',
    });
  return renderChecked(recipe, options.besideRecipe ? imported : withPathsOf(recipe, imported), 'ctinstall import eb');
}

/** What is written must be an easyconfig, whatever the recipe says. */
export function renderChecked(recipe: HostPath, imported: Imported, command: string): ImportedText {
  const rendered = renderImported(imported, { from: recipe, command });
  const { easyconfig, issues } = parseEasyconfig(rendered);
  if (easyconfig === undefined)
    throw new CtinstallError('easyconfig-invalid', `\`${formatLine(recipe)}\` cannot be imported`, {
      details: describeIssues('easyconfig', rendered, issues),
      hint: 'correct that part of the recipe, or write the easyconfig by hand',
    });
  const { name, version, versionsuffix = '' } = easyconfig;
  return {
    recipe,
    file: fileNameOf({ name, version, versionsuffix }),
    text: rendered,
    notes: imported.notes.map(describeNote),
  };
}

/** Files beside the recipe are found from elsewhere too. */
function withPathsOf(recipe: HostPath, imported: Imported): Imported {
  const directory = recipe.replace(/\/[^/]*$/, '');
  const { files, python } = imported.easyconfig;
  const venv = python?.venv;
  const found =
    typeof venv?.requirements === 'string' ? { ...venv, requirements: `${directory}/${venv.requirements}` } : venv;
  return {
    ...imported,
    easyconfig: {
      ...imported.easyconfig,
      ...(files === undefined
        ? {}
        : { files: files.map((file) => ('from' in file ? { ...file, from: `${directory}/${file.from}` } : file)) }),
      ...(python === undefined ? {} : { python: { ...python, ...(found === undefined ? {} : { venv: found }) } }),
    },
  };
}
