import { basename } from 'node:path';
import { searchEasyconfig } from '../../discover/easyconfigs.ts';
import { describeIssues } from '../../easyconfig/describe-issue.ts';
import { lintEasyconfig } from '../../easyconfig/lint.ts';
import { normalizeEasyconfig } from '../../easyconfig/normalize.ts';
import { parseEasyconfig } from '../../easyconfig/parse.ts';
import type { Issue } from '../../easyconfig/types.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { easyconfigPath, readSettingsOf } from '../../operations/context.ts';
import { resolveInstall } from '../../resolve/resolve-install.ts';
import { namesOfScripts } from '../../scripts/names.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import type { CommandContext } from '../command-context.ts';

export interface LintOptions {
  /** A warning counts as a fault. */
  readonly isStrict: boolean;
  readonly settingsFlags: SettingsValues;
}

interface Checked {
  readonly path: string;
  readonly text: string;
  readonly remarks: readonly Remark[];
}

interface Remark extends Issue {
  readonly severity: 'fault' | 'warning';
}

/**
 * Prints what stands against easyconfigs that are to be shared, each at its line.
 * @throws CtinstallError `check-failed` where there are faults, or warnings that count as such
 */
export async function checkEasyconfigs(
  names: readonly string[],
  { isStrict, settingsFlags }: LintOptions,
  context: CommandContext,
): Promise<void> {
  const settings = await readSettingsOf(context, settingsFlags, { needsPrefix: false });
  const checked: Checked[] = [];
  for (const name of names) checked.push(await checkEasyconfig(name, settings, context).catch(asUnreadable(name)));
  const all = checked.flatMap(({ remarks }) => remarks);
  const faults = all.filter(({ severity }) => isStrict || severity === 'fault').length;
  context.print(
    context.isJson
      ? JSON.stringify(checked.flatMap(describeForPrograms), undefined, 2)
      : checked.flatMap(describeForPeople).join('\n'),
  );
  if (faults > 0)
    throw new CtinstallError('check-failed', `${faults} ${faults === 1 ? 'fault' : 'faults'} in the easyconfigs`, {
      hint: isStrict ? 'with `--strict` warnings count as faults' : 'mend what the lines above say',
    });
}

async function checkEasyconfig(name: string, settings: Settings, context: CommandContext): Promise<Checked> {
  const { path, text } = await searchEasyconfig(name, {
    cwd: context.cwd,
    home: context.environment.HOME,
    directories: easyconfigPath(context, settings),
  });
  const parsed = parseEasyconfig(text);
  if (parsed.easyconfig === undefined)
    return { path, text, remarks: parsed.issues.map((issue) => ({ ...issue, severity: 'fault' })) };
  const { issues } = resolveInstall(normalizeEasyconfig(parsed.easyconfig), settings, {
    runtime: 'singularity',
    scripts: { runscripts: namesOfScripts('runscripts'), wrappers: namesOfScripts('bin') },
  });
  const remarks = [
    // What a group means is a matter of this machine.
    ...issues.map((issue) => ({
      ...issue,
      severity: isOfSite(issue.path) ? ('warning' as const) : ('fault' as const),
    })),
    ...lintEasyconfig(parsed.easyconfig, basename(path)).map((warning) => ({
      ...warning,
      severity: 'warning' as const,
    })),
  ];
  const { yaml } = parsed;
  return {
    path,
    text,
    remarks: remarks.map(({ severity, message, hint, path: keys }) => ({
      severity,
      message,
      hint,
      place: yaml.placeOf(keys),
    })),
  };
}

/** A file that is no easyconfig at all must not hide what the others have. */
function asUnreadable(name: string): (error: unknown) => Checked {
  return (error) => {
    if (!(error instanceof CtinstallError) || error.code !== 'easyconfig-invalid') throw error;
    const { message, hint } = error;
    return {
      path: name,
      text: '',
      remarks: [{ severity: 'fault', message, hint, place: { line: 1, column: 1, length: 1 } }],
    };
  };
}

function isOfSite(path: readonly PropertyKey[]): boolean {
  return path[0] === 'binds' && path.at(-1) === 'site';
}

function describeForPeople({ path, text, remarks }: Checked): string[] {
  if (remarks.length === 0) return [`${path}: in order`];
  const issues = remarks.map(({ severity, message, ...rest }) => ({ ...rest, message: `${severity}: ${message}` }));
  return describeIssues(path, text, issues);
}

function describeForPrograms({ path, remarks }: Checked) {
  return remarks.map(({ severity, message, hint, place: { line, column } }) => ({
    easyconfig: path,
    severity,
    line,
    column,
    message,
    hint: hint ?? null,
  }));
}
