import { listDirectory, removeTree } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { partOf } from './images.ts';
import { listWorkflows, openRun } from './open-run.ts';
import { hasRunning, isAtWork, type RunStanding, readStanding } from './read-standing.ts';
import { requireAtRest } from './require-at-rest.ts';
import { listBroken } from './run-directory.ts';
import { withRunLock } from './run-lock.ts';
import { cancelSlurm } from './stop.ts';
import type { RunDirectory } from './types.ts';

/**
 * Removes the directories of runs that have ended, with their ephemeral volumes and logs: those named, or all that ended well.
 * Damaged ones are removed like those that ended badly.
 * @returns their names
 */
export async function cleanWorkflows(
  ids: readonly string[],
  {
    settings,
    all = false,
    forceUnlock,
  }: {
    readonly settings: SettingsValues;
    readonly all?: boolean | undefined;
    readonly forceUnlock?: boolean | undefined;
  },
  context: Context,
): Promise<string[]> {
  const { prefix } = await readSettingsOf(context, settings);
  const broken = (await listBroken(prefix)).filter(({ id, isDamaged }) =>
    ids.length === 0 ? all || !isDamaged : ids.includes(id),
  );
  const rest = ids.filter((id) => !broken.some((each) => each.id === id));
  const runs =
    ids.length === 0
      ? await overOnes(settings, all, context)
      : rest.length === 0
        ? []
        : await namedOnes(rest, settings, context);
  for (const each of broken) {
    if (each.isDamaged) await requireAtRest(each, context);
    await removeBroken(prefix, each.id, each.directory);
  }
  for (const found of runs)
    await withRunLock(found, { environment: context.environment, forceUnlock }, () => removeRun(found, context));
  return [...broken.map(({ id }) => id), ...runs.map(({ run }) => run.id)];
}

/** With what of it Slurm still holds, as its submission was broken off. */
async function removeRun(found: RunDirectory, context: Context): Promise<void> {
  if (found.run.engine === 'slurm') await cancelSlurm(found, {}, context);
  await removeTree(found.directory);
}

/** With the images that it was still bringing. */
async function removeBroken(prefix: Prefix, id: string, directory: HostPath): Promise<void> {
  const images = joinHost(prefix, 'images');
  for (const { name } of await listDirectory(images).catch(() => []))
    if (name.endsWith(partOf(id)) || name.endsWith(`${partOf(id)}.part~`)) await removeTree(joinHost(images, name));
  await removeTree(directory);
}

/** One that cannot go on by itself may. */
function mayBeRemoved(standing: RunStanding): boolean {
  return !isAtWork(standing) || (standing.state === 'stalled' && !hasRunning(standing));
}

async function overOnes(settings: SettingsValues, all: boolean, context: Context): Promise<RunDirectory[]> {
  const { runs } = await listWorkflows(settings, context);
  return runs.filter(({ standing }) => mayBeRemoved(standing) && (all || standing.state === 'finished'));
}

async function namedOnes(ids: readonly string[], settings: SettingsValues, context: Context): Promise<RunDirectory[]> {
  const runs: RunDirectory[] = [];
  for (const id of ids) {
    const found = await openRun(id, settings, context);
    if (!mayBeRemoved(await readStanding(found, context)))
      throw new CtinstallError('workflow-failed', `${id} is at work`, {
        hint: `stop it: \`ctinstall workflow stop ${id}\``,
      });
    runs.push(found);
  }
  return runs;
}
