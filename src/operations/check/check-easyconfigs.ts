import { basename } from 'node:path';
import { foreignFile, searchEasyconfig } from '../../discover/easyconfigs.ts';
import { readExtended } from '../../discover/read-extended.ts';
import { recogniseContent } from '../../easyconfig/foreign.ts';
import { lintEasyconfig } from '../../easyconfig/lint.ts';
import { normalizeEasyconfig } from '../../easyconfig/normalize.ts';
import { parseEasyconfig, validateEasyconfig } from '../../easyconfig/parse.ts';
import type { Issue } from '../../easyconfig/types.ts';
import { parsePlacedYaml } from '../../easyconfig/yaml-places.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { resolveInstall } from '../../resolve/resolve-install.ts';
import { namesOfScripts } from '../../scripts/names.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, easyconfigPath, readSettingsOf } from '../context.ts';

/** An easyconfig with what stands against it. */
export interface CheckedEasyconfig {
  readonly path: string;
  readonly text: string;
  readonly remarks: readonly Remark[];
}

export interface Remark extends Issue {
  readonly severity: 'fault' | 'warning';
}

/** Finds out what stands against easyconfigs that are to be shared. `overrides` count more than the files of settings. */
export async function checkEasyconfigs(
  names: readonly string[],
  overrides: SettingsValues,
  context: Context,
): Promise<readonly CheckedEasyconfig[]> {
  const settings = await readSettingsOf(context, overrides, { needsPrefix: false });
  const checked: CheckedEasyconfig[] = [];
  for (const name of names) checked.push(await checkEasyconfig(name, settings, context).catch(asUnreadable(name)));
  return checked;
}

async function checkEasyconfig(name: string, settings: Settings, context: Context): Promise<CheckedEasyconfig> {
  const { path, text } = await searchEasyconfig(name, {
    cwd: context.cwd,
    home: context.environment.HOME,
    directories: easyconfigPath(context, settings),
  });
  const extended = await readExtended(path, text);
  if (extended !== undefined && extended.text === undefined)
    return { path, text, remarks: extended.issues.map((issue) => ({ ...issue, severity: 'fault' })) };
  const parsed = extended === undefined ? parseEasyconfig(text) : validateEasyconfig(extended.yaml);
  if (parsed.easyconfig === undefined) {
    const foreign = recogniseContent(path, text, parsePlacedYaml(text).yaml?.value);
    if (foreign !== undefined) throw foreignFile(path, foreign);
    return { path, text, remarks: parsed.issues.map((issue) => ({ ...issue, severity: 'fault' })) };
  }
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
function asUnreadable(name: string): (error: unknown) => CheckedEasyconfig {
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
