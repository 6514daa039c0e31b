import { isDirectory, listDirectory, lstatIfThere } from '../../host/files.ts';
import { findGroup } from '../../host/groups.ts';
import { changeGroup, changeMode } from '../../host/permissions.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { GiveToGroupStep } from '../../plan/steps/give-to-group.ts';
import type { Plan } from '../../plan/types.ts';
import { readRecord } from '../../records/record.ts';
import { isUserSoftware } from '../../records/user-software.ts';
import { isPlainPath } from '../../transaction/journal.ts';
import type { StepDoer } from '../types.ts';

export const giveToGroup: StepDoer<'give-to-group'> = {
  apply: (step, { plan, environment }) => giveInstall(step, plan, { environment }),
};

/** What the set-group-ID bit of a directory does: what arises in it belongs to its group. */
const setGroupId = 0o2000;

/**
 * Gives what an install writes to a group. Before it is published that is all that is staged; afterwards, what was added
 * since and is in the record, the modulefile, and the directories that lead to both. What else is there is not touched.
 */
async function giveInstall(
  { group, what }: GiveToGroupStep,
  plan: Plan,
  { environment }: { environment: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  const gid = await findGroup(group, environment);
  if (what === 'staged') return giveTree(plan.staging, gid);
  const { installDir, modulefile, prefix } = plan;
  const record = (await readRecord(installDir))?.record;
  const files = (record?.files ?? [])
    .map(({ path }) => path)
    .filter((path) => isPlainPath(path) && !isUserSoftware(path));
  const own = [...files, '.ctinstall/record.json', '.ctinstall/install.log'].map((path) => joinHost(installDir, path));
  const paths = [...own, modulefile];
  const directories = new Set(paths.flatMap((path) => directoriesBetween(prefix, path)));
  const { uid } = (await lstatIfThere(installDir)) ?? {};
  for (const path of [...directories, ...paths]) {
    const stats = await lstatIfThere(path);
    // Of a shared prefix some belong to others, who have chosen their group.
    if (stats !== undefined && stats.uid === uid) await give(path, gid, stats.isDirectory());
  }
}

/** The directories below `top` that lead to a path. */
function directoriesBetween(top: HostPath, path: HostPath): HostPath[] {
  const directory = hostPath('..', path);
  return directory === top || directory === '/' ? [] : [...directoriesBetween(top, directory), directory];
}

async function giveTree(path: HostPath, gid: number): Promise<void> {
  const isDirectoryItself = (await lstatIfThere(path))?.isDirectory() === true && (await isDirectory(path));
  await give(path, gid, isDirectoryItself);
  if (!isDirectoryItself) return;
  for (const { name } of await listDirectory(path)) await giveTree(joinHost(path, name), gid);
}

async function give(path: HostPath, gid: number, isDirectoryItself: boolean): Promise<void> {
  await changeGroup(path, gid);
  if (isDirectoryItself) await changeMode(path, (mode) => mode | setGroupId);
}
