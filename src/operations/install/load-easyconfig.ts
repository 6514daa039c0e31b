import { foreignFile, searchEasyconfig } from '../../discover/easyconfigs.ts';
import { readExtended } from '../../discover/read-extended.ts';
import { describeIssues } from '../../easyconfig/describe-issue.ts';
import type { Extended } from '../../easyconfig/extend.ts';
import { recogniseContent } from '../../easyconfig/foreign.ts';
import { fileNameOf, normalizeEasyconfig } from '../../easyconfig/normalize.ts';
import type { Easyconfig, Issue } from '../../easyconfig/types.ts';
import { parseVariant } from '../../easyconfig/variant.ts';
import { isVariant, noVariant, type VariantRequest } from '../../easyconfig/variant-changes.ts';
import { type PlacedYaml, parsePlacedYaml } from '../../easyconfig/yaml-places.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand, formatLine } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { RecordedEasyconfig } from '../../plan/planned-record.ts';
import { sha256Of } from '../../records/record.ts';
import type { ResolveIssue } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, easyconfigPath } from '../context.ts';
import { hasTags, importForInstall, isOtherRecipe } from '../import/import-on-install.ts';

/** An easyconfig that was found and is in order, with what is needed to point into it. */
export interface LoadedEasyconfig {
  readonly path: HostPath;
  /** With the changes that were asked for. */
  readonly text: string;
  /** As it was read, without what it extends: that is what faults are shown in. */
  readonly original: string;
  /** As it was read, with what it extends: that is what it is compared by. */
  readonly whole: string;
  /** The recipe in another format that it was imported from, as it was read. */
  readonly recipe?: string | undefined;
  readonly easyconfig: Easyconfig;
  readonly yaml: PlacedYaml;
}

export interface LoadOptions {
  /** Words that are no easyconfigs but may have been meant. */
  readonly otherWords?: readonly string[];
  /** What is changed in it. */
  readonly variant?: VariantRequest | undefined;
}

/** find → parse → validate → normalise. @throws CtinstallError `easyconfig-not-found`, `easyconfig-invalid` */
export async function loadEasyconfig(
  argument: string,
  { settings, context }: { settings: Settings; context: Context },
  { otherWords = [], variant: asked = noVariant }: LoadOptions = {},
): Promise<LoadedEasyconfig> {
  const { path, text: found } = await searchEasyconfig(argument, {
    cwd: context.cwd,
    home: context.environment.HOME,
    directories: easyconfigPath(context, settings),
    otherWords,
  });
  const isOther = isOtherRecipe(path, found);
  const version = isOther && hasTags(path) ? asked.version?.value : undefined;
  // A tag brings its own image.
  const variant = version === undefined ? asked : { ...asked, version: undefined };
  const text = isOther ? await importForInstall(path, found, { version, reporter: context.reporter }) : found;
  const { notes, ...loaded } = parseLoaded(path, text, variant, await readExtended(path, text));
  for (const message of notes) context.reporter.report({ event: 'note', message });
  const { easyconfig } = loaded;
  const wanted = fileNameOf(easyconfig);
  if (!isOther && !path.endsWith(`/${wanted}`) && !isVariant(variant))
    context.reporter.report({
      event: 'warning',
      message: `\`${formatLine(path)}\` describes ${easyconfig.name}; by its name and version it should be called \`${wanted}\``,
    });
  return isOther ? { ...loaded, recipe: found } : loaded;
}

/** What the record says of the file that was installed from. */
export function recordedEasyconfig({ path, whole, recipe }: LoadedEasyconfig): RecordedEasyconfig {
  return { path, sha256: sha256Of(whole), ...(recipe === undefined ? {} : { recipeSha256: sha256Of(recipe) }) };
}

/** parse → validate → normalise, of a text that was read. @throws CtinstallError `easyconfig-invalid` */
export function parseLoaded(
  path: HostPath,
  text: string,
  request = noVariant,
  extended?: Extended,
): LoadedEasyconfig & { readonly notes: readonly string[] } {
  if (extended !== undefined && extended.text === undefined) throw invalid(path, text, { issues: extended.issues });
  const whole = extended?.text ?? text;
  const parsed = parseVariant(whole, request, extended?.yaml);
  if (parsed.easyconfig === undefined) {
    const value = parsePlacedYaml(text).yaml?.value;
    const foreign = recogniseContent(path, text, value);
    throw foreign === undefined
      ? invalid(path, text, { issues: parsed.issues, hint: hintForStack(path, value) })
      : foreignFile(path, foreign);
  }
  const { yaml, notes } = parsed;
  return {
    path,
    text: parsed.text,
    original: text,
    whole,
    easyconfig: normalizeEasyconfig(parsed.easyconfig),
    yaml,
    notes,
  };
}

/** Faults that showed only on this machine, at their places in the file. */
export function unresolvable(loaded: LoadedEasyconfig, issues: readonly ResolveIssue[]): CtinstallError {
  const placed = issues.map(({ path, message, hint }) => ({ message, hint, place: loaded.yaml.placeOf(path) }));
  return invalid(loaded.path, loaded.original, { issues: placed });
}

function hintForStack(path: string, value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  return `a list of easyconfigs is a stack: ${formatCommand(['ctinstall', 'install', '--stack', path])}`;
}

function invalid(
  path: string,
  text: string,
  { issues, hint }: { issues: readonly Issue[]; hint?: string | undefined },
): CtinstallError {
  const faults = issues.length === 1 ? 'a fault' : `${issues.length} faults`;
  return new CtinstallError('easyconfig-invalid', `the easyconfig has ${faults}`, {
    details: describeIssues(path, text, issues),
    hint,
  });
}
