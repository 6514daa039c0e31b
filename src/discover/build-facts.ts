import { userInfo } from 'node:os';
import { readTextIfThere, statIfThere } from '../host/files.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { hostPath } from '../lib/paths.ts';
import { ask, type Machine, systemPath, textOf } from './machine.ts';

/** What decides how a definition file can be built on a machine. */
export interface BuildFacts {
  readonly isRoot: boolean;
  /** Whether files can belong to others than the user: not in a user namespace in which no other id is known. */
  readonly hasOtherIds: boolean;
  /** Whether the runtime has a part that starts containers with root's rights. */
  readonly isSetuid: boolean;
  readonly hasUserNamespaces: boolean;
  /** Whether the user has ids of its own in `/etc/subuid`, and `newuidmap` is there to use them. */
  readonly hasSubuids: boolean;
  readonly hasFakeroot: boolean;
  /** Whether the runtime can be told how to compress. */
  readonly takesMksquashfsArgs: boolean;
}

/** Asks the machine; `runtime` is the program of the container runtime. */
export async function discoverBuildFacts(runtime: string, machine: Machine): Promise<BuildFacts> {
  const { PATH } = machine.environment;
  const user = userInfo();
  const [namespaces, newuidmap, fakeroot, help, starter] = await Promise.all([
    ask(['unshare', '--user', '--map-root-user', 'true'], machine),
    lookUpProgram('newuidmap', PATH),
    lookUpProgram('fakeroot', PATH),
    ask([runtime, 'build', '--help'], machine),
    findStarter(runtime, machine),
  ]);
  const subuids = (await readTextIfThere(systemPath(machine, '/etc/subuid')).catch(() => undefined)) ?? '';
  // One line for each range of ids: the first inside, the first outside, how many.
  const idMap = (await readTextIfThere(systemPath(machine, '/proc/self/uid_map')).catch(() => undefined)) ?? '';
  const isListed = subuids
    .split('\n')
    .some((line) => [user.username, String(user.uid)].includes(line.split(':')[0] ?? ''));
  return {
    isRoot: user.uid === 0,
    hasOtherIds: !/^\s*\d+\s+\d+\s+1\s*$/.test(idMap),
    isSetuid: starter,
    hasUserNamespaces: namespaces.kind === 'answered' && namespaces.exitCode === 0,
    hasSubuids: isListed && newuidmap !== undefined,
    hasFakeroot: fakeroot !== undefined,
    takesMksquashfsArgs: textOf(help).includes('--mksquashfs-args'),
  };
}

/** The runtimes say where they were built to lie. */
async function findStarter(runtime: string, machine: Machine): Promise<boolean> {
  const said = textOf(await ask([runtime, 'buildcfg'], machine));
  const [, directory] = /^LIBEXECDIR=(.*)$/m.exec(said) ?? [];
  if (directory === undefined) return false;
  for (const name of ['apptainer', 'singularity']) {
    const stats = await statIfThere(hostPath(`${name}/bin/starter-suid`, directory));
    if (stats !== undefined && stats.uid === 0 && (stats.mode & 0o4000) !== 0) return true;
  }
  return false;
}
