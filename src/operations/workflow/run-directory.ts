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
import type { Run, RunDirectory } from './types.ts';

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

/** Runs of which nothing was started, as who made them was killed. */
export async function listBroken(prefix: Prefix): Promise<{ readonly id: string; readonly directory: HostPath }[]> {
  const parent = workflowsDirectory(prefix);
  const broken: { id: string; directory: HostPath }[] = [];
  for (const entry of await listDirectory(parent).catch(() => [])) {
    const directory = joinHost(parent, entry.name);
    if (!entry.isDirectory() || (await statIfThere(joinHost(directory, 'run.json'))) !== undefined) continue;
    const maker = await readJsonIfThere<ProcessIdentity>(joinHost(directory, 'start.json')).catch(
      () => 'hidden' as const,
    );
    // Of another user, who shows it to nobody.
    if (maker === 'hidden') continue;
    const isLeft = maker === undefined ? await isOld(directory) : (await judgeProcess(maker)) === 'dead';
    if (isLeft) broken.push({ id: entry.name, directory });
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
  if ((await listBroken(prefix)).some((broken) => broken.id === id))
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
  const run = await readJsonIfThere<Run>(joinHost(directory, 'run.json'));
  return Array.isArray(run?.jobs) ? { directory, run } : undefined;
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
