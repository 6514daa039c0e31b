import { setTimeout as sleep } from 'node:timers/promises';
import { readFrom } from '../../host/read-from.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import { unitsOf } from './judge.ts';
import { readStanding, readStatuses } from './read-standing.ts';
import type { PlannedJob, RunDirectory, Standing } from './types.ts';

/** @throws CtinstallError `usage` where there is no such job or task */
export function findUnit({ run }: RunDirectory, unit: string): PlannedJob {
  const job = run.jobs.find((each) => each.name === unit || unitsOf(each).includes(unit));
  if (job !== undefined) return job;
  const names = run.jobs.map(({ name }) => name);
  const array = run.jobs.find((each) => unit.startsWith(`${each.name}.`));
  const tasks = array === undefined ? [] : unitsOf(array);
  if (array !== undefined && tasks.length > 1)
    throw new CtinstallError('usage', `\`${array.name}\` has no task \`${formatValue(unit)}\``, {
      hint: `they are \`${tasks[0]}\` to \`${tasks.at(-1)}\``,
    });
  throw new CtinstallError('usage', `${run.id} has no job \`${formatValue(unit)}\``, {
    hint: didYouMean(unit, names) ?? `it has: ${names.slice(0, 20).join(', ')}`,
  });
}

interface LogOptions {
  readonly unit: string;
  readonly isFollowed: boolean;
  readonly onText: (text: Buffer) => void;
}

/**
 * Gives the log of a job; of all tasks, one after the other, if it is an array. Followed, until the job has ended.
 * @returns why there is nothing in it, if there is not
 */
export async function followLog(
  found: RunDirectory,
  { unit, isFollowed, onText }: LogOptions,
  context: Context,
): Promise<string | undefined> {
  const job = findUnit(found, unit);
  const isWholeArray = job.array !== undefined && unit === job.name;
  if (isWholeArray && isFollowed)
    throw new CtinstallError('usage', `\`${unit}\` is an array`, {
      hint: `name one of its tasks: \`${unitsOf(job)[0]}\``,
    });
  const files = (isWholeArray ? unitsOf(job) : [unit]).map((each) => logOf(found, each));
  let isEmpty = true;
  for (const file of files) {
    let at = 0;
    for (;;) {
      const isOver = !isFollowed || (await hasEnded(found, { job, unit }, context));
      for (let piece = await readFrom(file, at); piece.length > 0; piece = await readFrom(file, at)) {
        onText(piece);
        at += piece.length;
        isEmpty = false;
      }
      if (isOver || context.signal.aborted) break;
      await sleep(500, undefined, { signal: context.signal }).catch(() => undefined);
    }
  }
  if (!isEmpty) return undefined;
  const standing = await standingOf(found, job, context);
  return `\`${unit}\` has printed nothing: ${standing?.state}${standing?.why === undefined ? '' : `, ${standing.why}`}`;
}

async function hasEnded(
  found: RunDirectory,
  { job, unit }: { readonly job: PlannedJob; readonly unit: string },
  context: Context,
): Promise<boolean> {
  // A task may have ended while others of its array go on.
  const status = (await readStatuses(found)).get(unit);
  if (status !== undefined && status.state !== 'running') return true;
  return !['pending', 'running', 'unknown'].includes((await standingOf(found, job, context))?.state ?? '');
}

async function standingOf(found: RunDirectory, { name }: PlannedJob, context: Context): Promise<Standing | undefined> {
  return (await readStanding(found, context)).standings.find((each) => each.name === name);
}

export function logOf({ directory }: RunDirectory, unit: string): HostPath {
  return joinHost(directory, 'logs', `${unit}.log`);
}

/** The last lines of the log of a job or a task. */
export async function readLastLines(found: RunDirectory, unit: string, most: number): Promise<string[]> {
  const tail = (await readFrom(logOf(found, unit), -20_000)).toString();
  const lines = tail.trimEnd().split('\n');
  return lines.length === 1 && lines[0] === '' ? [] : lines.slice(-most);
}

/** The last line of each job that runs, by its name; of the first ones, where there are many. */
export async function readLastWords(
  found: RunDirectory,
  standings: readonly Standing[],
): Promise<ReadonlyMap<string, string>> {
  const running = standings.filter(({ state, tasks }) => state === 'running' && tasks === undefined).slice(0, 50);
  const read = running.map(async ({ name, unit }) => [name, (await readLastLines(found, unit, 1))[0] ?? ''] as const);
  return new Map(await Promise.all(read));
}
