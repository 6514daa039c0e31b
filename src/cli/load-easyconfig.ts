import { searchEasyconfig } from '../discover/easyconfigs.ts';
import { fileNameOf, normalizeEasyconfig } from '../easyconfig/normalize.ts';
import { parseEasyconfig } from '../easyconfig/parse.ts';
import type { Easyconfig, Issue } from '../easyconfig/types.ts';
import type { PlacedYaml } from '../easyconfig/yaml-places.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { HostPath } from '../lib/paths.ts';
import { describeIssues } from '../report/describe-issue.ts';
import type { ResolveIssue } from '../resolve/types.ts';
import type { Settings } from '../settings/types.ts';
import { type CommandContext, easyconfigPath } from './context.ts';

/** An easyconfig that was found and is in order, with what is needed to point into it. */
export interface LoadedEasyconfig {
  readonly path: HostPath;
  readonly text: string;
  readonly easyconfig: Easyconfig;
  readonly yaml: PlacedYaml;
}

/** find → parse → validate → normalise. @throws CtinstallError `easyconfig-not-found`, `easyconfig-invalid` */
export async function loadEasyconfig(
  argument: string,
  settings: Settings,
  context: CommandContext,
  otherWords: readonly string[] = [],
): Promise<LoadedEasyconfig> {
  const { path, text } = await searchEasyconfig(argument, {
    cwd: context.cwd,
    home: context.environment.HOME,
    directories: easyconfigPath(context, settings),
    otherWords,
  });
  const loaded = parseLoaded(path, text);
  const { easyconfig } = loaded;
  const wanted = fileNameOf(easyconfig);
  if (!path.endsWith(`/${wanted}`))
    context.reporter.report({
      event: 'warning',
      message: `\`${path}\` describes ${easyconfig.name}; by its name and version it should be called \`${wanted}\``,
    });
  return loaded;
}

/** parse → validate → normalise, of a text that was read. @throws CtinstallError `easyconfig-invalid` */
export function parseLoaded(path: HostPath, text: string): LoadedEasyconfig {
  const parsed = parseEasyconfig(text);
  if (parsed.easyconfig === undefined) throw invalid(path, text, parsed.issues);
  return { path, text, easyconfig: normalizeEasyconfig(parsed.easyconfig), yaml: parsed.yaml };
}

/** Faults that showed only on this machine, at their places in the file. */
export function unresolvable(loaded: LoadedEasyconfig, issues: readonly ResolveIssue[]): CtinstallError {
  const placed = issues.map(({ path, message, hint }) => ({ message, hint, place: loaded.yaml.placeOf(path) }));
  return invalid(loaded.path, loaded.text, placed);
}

function invalid(path: string, text: string, issues: readonly Issue[]): CtinstallError {
  const faults = issues.length === 1 ? 'a fault' : `${issues.length} faults`;
  return new CtinstallError('easyconfig-invalid', `the easyconfig has ${faults}`, {
    details: describeIssues(path, text, issues),
  });
}
