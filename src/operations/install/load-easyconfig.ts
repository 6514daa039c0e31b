import { searchEasyconfig } from '../../discover/easyconfigs.ts';
import { describeIssues } from '../../easyconfig/describe-issue.ts';
import { fileNameOf, normalizeEasyconfig } from '../../easyconfig/normalize.ts';
import type { Easyconfig, Issue } from '../../easyconfig/types.ts';
import { parseVariant } from '../../easyconfig/variant.ts';
import { isVariant, noVariant, type VariantRequest } from '../../easyconfig/variant-changes.ts';
import { type PlacedYaml, parsePlacedYaml } from '../../easyconfig/yaml-places.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand, formatLine } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { ResolveIssue } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, easyconfigPath } from '../context.ts';

/** An easyconfig that was found and is in order, with what is needed to point into it. */
export interface LoadedEasyconfig {
  readonly path: HostPath;
  /** With the changes that were asked for. */
  readonly text: string;
  /** As it was read. */
  readonly original: string;
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
  { otherWords = [], variant = noVariant }: LoadOptions = {},
): Promise<LoadedEasyconfig> {
  const { path, text } = await searchEasyconfig(argument, {
    cwd: context.cwd,
    home: context.environment.HOME,
    directories: easyconfigPath(context, settings),
    otherWords,
  });
  const { notes, ...loaded } = parseLoaded(path, text, variant);
  for (const message of notes) context.reporter.report({ event: 'note', message });
  const { easyconfig } = loaded;
  const wanted = fileNameOf(easyconfig);
  if (!path.endsWith(`/${wanted}`) && !isVariant(variant))
    context.reporter.report({
      event: 'warning',
      message: `\`${formatLine(path)}\` describes ${easyconfig.name}; by its name and version it should be called \`${wanted}\``,
    });
  return loaded;
}

/** parse → validate → normalise, of a text that was read. @throws CtinstallError `easyconfig-invalid` */
export function parseLoaded(
  path: HostPath,
  text: string,
  request = noVariant,
): LoadedEasyconfig & { readonly notes: readonly string[] } {
  const parsed = parseVariant(text, request);
  if (parsed.easyconfig === undefined)
    throw invalid(path, text, { issues: parsed.issues, hint: hintForStack(path, text) });
  const { yaml, notes } = parsed;
  return { path, text: parsed.text, original: text, easyconfig: normalizeEasyconfig(parsed.easyconfig), yaml, notes };
}

/** Faults that showed only on this machine, at their places in the file. */
export function unresolvable(loaded: LoadedEasyconfig, issues: readonly ResolveIssue[]): CtinstallError {
  const placed = issues.map(({ path, message, hint }) => ({ message, hint, place: loaded.yaml.placeOf(path) }));
  return invalid(loaded.path, loaded.original, { issues: placed });
}

function hintForStack(path: string, text: string): string | undefined {
  if (!Array.isArray(parsePlacedYaml(text).yaml?.value)) return undefined;
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
