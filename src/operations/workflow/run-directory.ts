import {
  listDirectory,
  makeDirectory,
  readText,
  readTextIfThere,
  statIfThere,
  writeFileWhole,
} from '../../host/files.ts';
import { makeNewDirectory } from '../../host/make-new-directory.ts';
import { identifyThisProcess, judgeProcess, type ProcessIdentity } from '../../host/process-identity.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { nearestWords } from '../../lib/near.ts';
import { type HostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import type { PlannedJob, Run, RunDirectory } from './types.ts';

/*
 * <prefix>/workflows/<id>/
 *   start.json       the process that makes all this
 *   run.json         what is run, by what; there last: a directory without it is none
 *   fuzzfile.yaml    as it is run
 *   job.bash         what all job scripts use
 *   jobs/NAME.sh     the job scripts, with what they show in the container beside them
 *   status/  logs/   of each job or task
 *   services/        which of them are ready, or are to stop
 *   secrets/         for the user's eyes only
 *   volumes/         the ephemeral ones
 *   lock             who resumes it or removes it
 *   stopped          there if it is to end
 *   slurm.json       the numbers of the jobs, of Slurm; engine.json: who runs them, on this machine
 */

export function workflowsDirectory(prefix: Prefix): HostPath {
  return joinHost(prefix, 'workflows');
}

/** Makes the directory of a new run: `name-1`, or the next number that nobody has. */
export async function makeRunDirectory(
  prefix: Prefix,
  name: string,
  environment: Context['environment'],
): Promise<{ id: string; directory: HostPath }> {
  const parent = workflowsDirectory(prefix);
  await makeDirectory(parent);
  const taken = (await listDirectory(parent)).flatMap((entry) =>
    entry.name.startsWith(`${name}-`) ? [Number(entry.name.slice(name.length + 1))] : [],
  );
  let number = Math.max(0, ...taken.filter(Number.isInteger)) + 1;
  while (!(await makeNewDirectory(joinHost(parent, `${name}-${number}`)))) number += 1;
  const id = `${name}-${number}`;
  const directory = joinHost(parent, id);
  const identity = await identifyThisProcess(environment);
  await writeFileWhole(joinHost(directory, 'start.json'), `${JSON.stringify(identity)}\n`, 0o644);
  for (const part of ['jobs', 'status', 'logs', 'services', 'volumes']) await makeDirectory(joinHost(directory, part));
  return { id, directory };
}

export async function writeRun(directory: HostPath, run: Run): Promise<void> {
  await writeFileWhole(joinHost(directory, 'run.json'), `${JSON.stringify(run, undefined, 1)}\n`, 0o644);
}

/** A run that is none: of which nothing was started, as who made it was killed, or whose `run.json` is damaged. */
export interface BrokenRun {
  readonly id: string;
  readonly directory: HostPath;
  readonly isDamaged: boolean;
}

export async function listBroken(prefix: Prefix): Promise<BrokenRun[]> {
  const parent = workflowsDirectory(prefix);
  const broken: BrokenRun[] = [];
  for (const entry of await listDirectory(parent).catch(() => [])) {
    const directory = joinHost(parent, entry.name);
    if (!entry.isDirectory()) continue;
    const hidden = (): 'hidden' => 'hidden';
    const record = await readTextIfThere(joinHost(directory, 'run.json')).catch(hidden);
    const maker = await readJsonIfThere<ProcessIdentity>(joinHost(directory, 'start.json')).catch(hidden);
    // Of another user, who shows it to nobody.
    if (record === 'hidden' || maker === 'hidden') continue;
    const isDamaged = record !== undefined && !isRun(parseJson(record));
    if (record !== undefined && !isDamaged) continue;
    const isLeft = isDamaged || (maker === undefined ? await isOld(directory) : (await judgeProcess(maker)) === 'dead');
    if (isLeft) broken.push({ id: entry.name, directory, isDamaged });
  }
  return broken;
}

/** Who was killed before it said who it is has made nothing since. */
async function isOld(directory: HostPath): Promise<boolean> {
  const made = (await statIfThere(directory))?.mtimeMs;
  return made !== undefined && Date.now() - made > 600_000;
}

/** @throws CtinstallError `workflow-not-found`; that of reading where another user keeps it to themselves */
export async function findRun(prefix: Prefix, id: string): Promise<RunDirectory> {
  const parent = workflowsDirectory(prefix);
  const isName = /^[\w.-]+$/.test(id) && !/^\.+$/.test(id);
  const found = isName ? await readRun(joinHost(parent, id)) : undefined;
  if (found !== undefined) return found;
  const broken = (await listBroken(prefix)).find((each) => each.id === id);
  if (broken?.isDamaged === true)
    throw new CtinstallError('workflow-not-found', `\`${joinHost(broken.directory, 'run.json')}\` is damaged`, {
      hint: `the logs of its jobs are in \`${joinHost(broken.directory, 'logs')}\`; \`ctinstall workflow clean ${id}\` removes it`,
    });
  if (broken !== undefined)
    throw new CtinstallError('workflow-not-found', `of ${id} nothing was started: what made it was killed`, {
      hint: `remove what is left of it: \`ctinstall workflow clean ${id}\``,
    });
  const all = (await listRuns(prefix)).map(({ run }) => run.id);
  const near = nearestWords(id, all);
  throw new CtinstallError('workflow-not-found', `there is no workflow \`${formatValue(id)}\` under \`${parent}\``, {
    hint:
      near.length > 0
        ? `did you mean ${near.map((name) => `\`${name}\``).join(' or ')}?`
        : 'see all with `ctinstall workflow list`',
  });
}

/** All runs, the newest first. */
export async function listRuns(prefix: Prefix): Promise<RunDirectory[]> {
  const parent = workflowsDirectory(prefix);
  const entries = await listDirectory(parent).catch(() => []);
  const runs = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => readRun(joinHost(parent, name)).catch(() => undefined)),
  );
  return runs.filter((run) => run !== undefined).toSorted((a, b) => (a.run.made < b.run.made ? 1 : -1));
}

async function readRun(directory: HostPath): Promise<RunDirectory | undefined> {
  const run = await readJsonIfThere<unknown>(joinHost(directory, 'run.json'));
  return isRun(run) ? { directory, run } : undefined;
}

function isRun(value: unknown): value is Run {
  const isJob = ({ name, needs }: Partial<PlannedJob>): boolean => typeof name === 'string' && Array.isArray(needs);
  const { id, made, jobs } = fieldsOf(value) as Partial<Run>;
  return typeof id === 'string' && typeof made === 'string' && Array.isArray(jobs) && jobs.map(fieldsOf).every(isJob);
}

function fieldsOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

export async function readJsonIfThere<T>(path: HostPath): Promise<T | undefined> {
  const text = await readTextIfThere(path);
  return text === undefined ? undefined : parseJson(text);
}

/** Undefined for what is none, such as a file that the disk had no room for. */
export function parseJson<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

export async function readScript({ directory }: RunDirectory, name: string): Promise<string> {
  return readText(joinHost(directory, 'jobs', `${name}.sh`));
}

export function scriptOf(directory: HostPath, name: string): HostPath {
  return joinHost(directory, 'jobs', `${name}.sh`);
}
