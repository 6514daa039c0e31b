import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { type RunStanding, readStanding } from './read-standing.ts';
import { type BrokenRun, findRun, listBroken, listRuns } from './run-directory.ts';
import type { RunDirectory } from './types.ts';

/** A run by its name. @throws CtinstallError `workflow-not-found` */
export async function openRun(id: string, settings: SettingsValues, context: Context): Promise<RunDirectory> {
  return findRun((await readSettingsOf(context, settings)).prefix, id);
}

/** All runs, the newest first, each with how it stands; and those that are none. */
export async function listWorkflows(
  settings: SettingsValues,
  context: Context,
): Promise<{
  readonly runs: (RunDirectory & { readonly standing: RunStanding })[];
  readonly broken: readonly BrokenRun[];
}> {
  const { prefix } = await readSettingsOf(context, settings);
  const runs = await listRuns(prefix);
  return {
    runs: await Promise.all(runs.map(async (run) => ({ ...run, standing: await readStanding(run, context) }))),
    broken: await listBroken(prefix),
  };
}
