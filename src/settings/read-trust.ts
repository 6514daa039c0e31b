import { fileURLToPath } from 'node:url';
import { statIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatCommand, formatLine } from '../lib/format.ts';
import type { HostPath } from '../lib/paths.ts';
import type { SettingsValues } from './options.ts';

/** Why others than the user and the site can decide what a settings file says. */
export interface Distrust {
  /** Of a group it is a warning only: many sites keep their settings in one. */
  readonly isRefused: boolean;
  readonly why: string;
  readonly hint: string;
}

/**
 * Undefined for a file that only those may change who can be trusted anyway: the user, root, and who owns ctinstall itself.
 * One of these may have left it open to everybody: that counts for all of them.
 */
export async function findDistrust(path: HostPath): Promise<Distrust | undefined> {
  const stats = await statIfThere(path);
  if (stats?.isFile() !== true) return undefined;
  const { uid, gid, mode } = stats;
  const tool = await statIfThere(fileURLToPath(import.meta.url));
  if (uid !== 0 && uid !== process.geteuid?.() && uid !== tool?.uid)
    return {
      isRefused: true,
      why: `it belongs to user ${uid}, who is neither you nor root`,
      hint: 'use a file of your own or of root, or take these settings out',
    };
  if ((mode & 0o002) !== 0)
    return { isRefused: true, why: 'everybody may write it', hint: formatCommand(['chmod', 'o-w', path]) };
  // A group of the user's own usually has the user's number.
  if ((mode & 0o020) !== 0 && gid !== uid && gid !== 0)
    return { isRefused: false, why: `group ${gid} may write it`, hint: formatCommand(['chmod', 'g-w', path]) };
  return undefined;
}

/** What of the settings in a file starts programs, by its key. */
export function programsIn(...values: readonly (SettingsValues | undefined)[]): string[] {
  return (['hooks', 'runtime'] as const).filter((key) => values.some((value) => value?.[key] !== undefined));
}

/** The error for a file through which somebody else could run programs as the user. */
export function refuseDistrusted(path: HostPath, keys: readonly string[], { why, hint }: Distrust): CtinstallError {
  const named = keys.map((key) => `\`${key}\``).join(' and ');
  return new CtinstallError(
    'settings-invalid',
    `\`${formatLine(path)}\` may not set ${named}, which run programs as you: ${why}`,
    { hint },
  );
}
