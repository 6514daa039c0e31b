import { isFile, mayAccess } from '../../host/files.ts';
import { findGroup } from '../../host/groups.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';

/**
 * Makes sure, before anything is written, that what the settings ask of every install can be had.
 * @throws CtinstallError `settings-invalid` for a hook that is not there, or a group that the user is not in
 */
export async function requirePolicy({ hooks, group, origins }: Settings, { environment }: Context): Promise<void> {
  for (const [key, program] of [
    ['pre_install', hooks.preInstall],
    ['pre_module', hooks.preModule],
    ['post_install', hooks.postInstall],
  ] as const) {
    if (program === undefined) continue;
    const isThere = await isFile(program);
    if (isThere && (await mayAccess(program, 'execute'))) continue;
    throw new CtinstallError(
      'settings-invalid',
      `the ${key} hook \`${formatLine(program)}\` ${isThere ? 'is not executable for you' : 'is not there'}`,
      { hint: `\`hooks\` are set in ${origins.hooks.join(', ')}` },
    );
  }
  if (group !== undefined) await findGroup(group, environment);
}
