import { CtinstallError } from '../../../lib/errors.ts';
import { readLastWords } from '../../../operations/workflow/logs.ts';
import type { RunStanding } from '../../../operations/workflow/read-standing.ts';
import { watchWorkflow } from '../../../operations/workflow/resume.ts';
import type { RunDirectory, Standing } from '../../../operations/workflow/types.ts';
import type { CommandContext } from '../../command-context.ts';
import { printEvent } from '../../json/print.ts';
import { describeStandings, tableOf } from '../../words/describe-workflow.ts';
import { liveTable } from '../../words/live-table.ts';

export interface WatchFlags {
  readonly watch?: boolean;
  readonly detach?: boolean;
}

/** Says that a run is on its way, and waits for its end if that is wanted. */
export async function followRun(found: RunDirectory, flags: WatchFlags, context: CommandContext): Promise<void> {
  const { print, isJson } = context;
  const { id, engine } = found.run;
  const isAwaited = flags.watch === true || (engine === 'local' && flags.detach !== true);
  if (isJson) printEvent('started', { event: 'started', id, directory: found.directory, engine }, context);
  else {
    print(`${id} is started${engine === 'slurm' ? ' with Slurm' : ' on this machine'}: ${found.directory}`);
    if (!isAwaited) print(`see how it stands: ctinstall workflow describe ${id}`);
  }
  if (isAwaited) await awaitRun(found, flags, context);
}

/** Shows how a run goes until it has ended. @throws CtinstallError `workflow-failed` where it did not end well */
export async function awaitRun(found: RunDirectory, { watch }: WatchFlags, context: CommandContext): Promise<void> {
  const { id } = found.run;
  const show = watch === true && !context.isJson && process.stdout.isTTY ? liveTable() : undefined;
  const tellChanges = changeTeller(context);
  context.onStop.message = `${id} goes on: come back with \`ctinstall workflow describe --watch ${id}\`, end it with \`ctinstall workflow stop ${id}\``;
  // The table says what it is at.
  if (show !== undefined) context.reporter.report({ event: 'working' });
  const standing = await watchWorkflow(found, context, async (now) => {
    if (show === undefined) return tellChanges(now);
    const lastLines = await readLastWords(found, now.standings);
    const lines = tableOf(found, now, {
      isColoured: context.isColoured.stdout,
      width: process.stdout.columns,
      lastLines,
    });
    if (!context.signal.aborted) show(lines);
  });
  if (context.signal.aborted) throw new CtinstallError('interrupted', context.onStop.message);
  finishWith(found, standing, context);
}

/** A line for each job that is in another state than before. */
function changeTeller(context: CommandContext): (now: RunStanding) => void {
  const { print, isJson } = context;
  const before = new Map<string, string>();
  return ({ standings }) => {
    for (const { name, state, why } of standings) {
      if (state === 'pending' || before.get(name) === state) continue;
      before.set(name, state);
      if (isJson) printEvent('job', { event: 'job', name, state, why }, context);
      else print(`${name}: ${state}${why === undefined || state === 'running' ? '' : ` (${why})`}`);
    }
  };
}

function finishWith(found: RunDirectory, standing: RunStanding, context: CommandContext): void {
  const { print, isJson } = context;
  const { id } = found.run;
  if (isJson) printEvent('ended', { event: 'ended', id, state: standing.state }, context);
  else print(`${id}: ${standing.state}`);
  if (standing.state === 'finished') return;
  const failed = standing.standings.filter(({ state }) => state === 'failed' || state === 'lost');
  throw new CtinstallError('workflow-failed', standing.note ?? `${id} did not end well${namesOf(failed)}`, {
    details: describeStandings(found, { ...standing, standings: failed }),
    hint: `more of it: \`ctinstall workflow describe ${id}\`; once it is fixed: \`ctinstall workflow resume ${id}\``,
  });
}

function namesOf(failed: readonly Standing[]): string {
  return failed.length === 0
    ? ''
    : `: ${failed
        .map(({ name }) => `\`${name}\``)
        .slice(0, 5)
        .join(', ')}${failed.length > 5 ? `, and ${failed.length - 5} more` : ''}`;
}
