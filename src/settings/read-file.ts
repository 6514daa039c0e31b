import { describeIssues } from '../easyconfig/describe-issue.ts';
import { readTextsIfThere } from '../host/many-files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import type { SettingsFileKind } from './file-schemas.ts';
import { type ParsedSettings, parseSettings } from './parse.ts';
import { type Distrust, findDistrust, programsIn, refuseDistrusted } from './read-trust.ts';

/** A settings file that is in order. */
export interface SettingsFile extends Omit<ParsedSettings, 'issues'> {
  readonly path: HostPath;
  /** Relative paths in it start here. */
  readonly base: HostPath;
  /** Who else could change it, if that is to be told. */
  readonly distrust?: Distrust | undefined;
}

/** A text that is to be taken for that of a file: of one that is about to be written. */
export interface Draft {
  readonly path: HostPath;
  readonly text: string;
}

/** A settings file with what is wrong with it, if anything: then it sets no more than which presets go with it. */
export interface InspectedFile {
  readonly file: SettingsFile;
  readonly fault: CtinstallError | undefined;
}

/** Reads a settings file; undefined where there is none. */
export async function inspectSettingsFile(
  path: HostPath,
  kind: SettingsFileKind,
  draft?: Draft,
): Promise<InspectedFile | undefined> {
  const text = draft?.path === path ? draft.text : (await readTextsIfThere([path]))[0];
  if (text === undefined) return undefined;
  if (text instanceof CtinstallError) throw text;
  const { file, fault } = inspectSettingsText(path, kind, text);
  const distrust = await findDistrust(path);
  if (distrust === undefined) return { file, fault };
  const programs = programsIn(file.values, file.force);
  if (distrust.isRefused && programs.length > 0)
    return { file, fault: fault ?? refuseDistrusted(path, programs, distrust) };
  // That a group may write what runs nothing is nobody's concern.
  return { file: distrust.isRefused || programs.length > 0 ? { ...file, distrust } : file, fault };
}

/** @throws CtinstallError `settings-invalid` with every fault and its place */
export function checkSettingsText(path: HostPath, kind: SettingsFileKind, text: string): SettingsFile {
  const { file, fault } = inspectSettingsText(path, kind, text);
  if (fault !== undefined) throw fault;
  return file;
}

/** What is wrong with a text by itself, in words without places: to compare a file before and after a change. */
export function faultsOfSettings(kind: SettingsFileKind, text: string): string[] {
  return parseSettings(text, kind).issues.map(({ message }) => message);
}

function inspectSettingsText(path: HostPath, kind: SettingsFileKind, text: string): InspectedFile {
  const { issues, ...parsed } = parseSettings(text, kind);
  const fault =
    issues.length === 0
      ? undefined
      : new CtinstallError(
          'settings-invalid',
          `the ${kind === 'preset' ? 'site preset' : 'settings file'} \`${path}\` has ${issues.length === 1 ? 'a fault' : `${issues.length} faults`}`,
          { details: describeIssues(path, text, issues) },
        );
  return { file: { ...parsed, path, base: hostPath('..', path) }, fault };
}
