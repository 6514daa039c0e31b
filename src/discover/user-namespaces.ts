import { mayAccess, readTextIfThere, statIfThere } from '../host/files.ts';
import { type Finding, foundThing, missingThing, unusableThing } from '../lib/finding.ts';
import { ask, type Machine, systemPath } from './machine.ts';

/** Settings of the kernel that forbid user namespaces, with the value that does. Not every kernel has each of them. */
const settings = [
  { file: '/proc/sys/user/max_user_namespaces', forbids: '0' },
  { file: '/proc/sys/kernel/unprivileged_userns_clone', forbids: '0' },
  { file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns', forbids: '1' },
] as const;

/** Whether a user may make namespaces, which a runtime that is not setuid needs; made and left again at once. */
export async function checkUserNamespaces(machine: Machine): Promise<Finding> {
  const what = 'user namespaces';
  const forbidding: string[] = [];
  for (const { file, forbids } of settings) {
    const value = await readTextIfThere(systemPath(machine, file)).catch(() => undefined);
    if (value?.trim() === forbids) forbidding.push(`${file} is ${forbids}`);
  }
  const answer = await ask(['unshare', '--user', '--map-root-user', 'true'], machine);
  const tried = ['`unshare --user`', ...forbidding];
  if (answer.kind === 'answered' && answer.exitCode === 0) return foundThing(what, 'allowed', tried);
  if (answer.kind === 'not-started' && forbidding.length === 0)
    return missingThing(what, ['`unshare`, which cannot be started'], { value: 'not tried' });
  return unusableThing(what, 'not allowed', tried, {
    hint: 'only a setuid runtime can start containers here: if `starting an image` fails, ask your support team',
  });
}

/** Whether this user can mount through FUSE. */
export async function checkFuse(machine: Machine): Promise<Finding> {
  const [what, device] = ['/dev/fuse', systemPath(machine, '/dev/fuse')];
  if ((await statIfThere(device)) === undefined)
    return missingThing(what, ['/dev/fuse'], { hint: 'without it only a setuid runtime can mount images' });
  const mayUse = (await mayAccess(device, 'read')) && (await mayAccess(device, 'write'));
  if (mayUse) return foundThing(what, 'usable', ['/dev/fuse']);
  return unusableThing(what, 'you may not open it', ['/dev/fuse'], { hint: 'ask your support team for mode 666' });
}
