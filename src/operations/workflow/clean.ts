import { listDirectory, removeTree } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { partOf } from './images.ts';
import { listWorkflows, openRun } from './open-run.ts';
import { readStanding } from './read-standing.ts';
import { listBroken } from './run-directory.ts';
import type { RunDirectory } from './types.ts';

/**
 * Removes the directories of runs that have ended, with their ephemeral volumes and logs: those named, or all that ended well.
 * @returns their names
 */
export async function cleanWorkflows(
  ids: readonly string[],
  { settings, all = false }: { readonly settings: SettingsValues; readonly all?: boolean | undefined },
  context: Context,
): Promise<string[]> {
  const { prefix } = await readSettingsOf(context, settings);
  const broken = (await listBroken(prefix)).filter(({ id }) => ids.length === 0 || ids.includes(id));
  const rest = ids.filter((id) => !broken.some((each) => each.id === id));
  const runs =
    ids.length === 0
      ? await overOnes(settings, all, context)
      : rest.length === 0
        ? []
        : await namedOnes(rest, settings, context);
  for (const { id, directory } of broken) await removeBroken(prefix, id, directory);
  for (const { directory } of runs) await removeTree(directory);
  return [...broken.map(({ id }) => id), ...runs.map(({ run }) => run.id)];
}

/** With the images that it was still bringing. */
async function removeBroken(prefix: Prefix, id: string, directory: HostPath): Promise<void> {
  const images = joinHost(prefix, 'images');
  for (const { name } of await listDirectory(images).catch(() => []))
    if (name.endsWith(partOf(id)) || name.endsWith(`${partOf(id)}.part~`)) await removeTree(joinHost(images, name));
  await removeTree(directory);
}

async function overOnes(settings: SettingsValues, all: boolean, context: Context): Promise<RunDirectory[]> {
  const { runs } = await listWorkflows(settings, context);
  return runs.filter(({ standing: { state, standings } }) => {
    if (standings.some((each) => each.state === 'running')) return false;
    return all ? ['finished', 'failed', 'stopped', 'stalled'].includes(state) : state === 'finished';
  });
}

async function namedOnes(ids: readonly string[], settings: SettingsValues, context: Context): Promise<RunDirectory[]> {
  const runs: RunDirectory[] = [];
  for (const id of ids) {
    const found = await openRun(id, settings, context);
    const { state, standings } = await readStanding(found, context);
    if (state === 'running' || state === 'waiting' || standings.some((each) => each.state === 'running'))
      throw new CtinstallError('workflow-failed', `${id} is at work`, {
        hint: `stop it: \`ctinstall workflow stop ${id}\``,
      });
    runs.push(found);
  }
  return runs;
}
