import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { run } from './run.ts';

/**
 * The number of a group, by its name or number. It must be one of the user's own groups, as only those can be given files;
 * root has all.
 * @throws CtinstallError `settings-invalid`
 */
export async function findGroup(
  group: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const shown = `the group \`${formatValue(group)}\``;
  const hint = '`group` in the settings names it; see your own with `id`';
  const { stdout } = await run(['getent', 'group', group], { env: environment }).catch(() => ({ stdout: '' }));
  const [, number] = /^[^:]*:[^:]*:(\d+):/.exec(stdout) ?? (/^\d+$/.test(group) ? [group, group] : []);
  if (number === undefined)
    throw new CtinstallError('settings-invalid', `there is no group called \`${formatValue(group)}\``, { hint });
  const gid = Number(number);
  const isOwn = process.getuid?.() === 0 || process.getegid?.() === gid || process.getgroups?.().includes(gid) === true;
  if (!isOwn)
    throw new CtinstallError('settings-invalid', `you are not in ${shown}, which installs are to belong to`, { hint });
  return gid;
}
