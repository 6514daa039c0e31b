import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { codeOf } from '../host/error-code.ts';
import { lstatIfThere, makeDirectory, readTextIfThere, removeFile, writeFileWhole } from '../host/files.ts';
import { findProcesses } from '../host/find-processes.ts';
import { identifyProcess, judgeProcess } from '../host/process-identity.ts';
import { type RunOptions, type RunResult, run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { once } from '../lib/once.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { findMissing, removeEmptyDirectories } from './made-directories.ts';

/*
 * A command that an install runs goes on when ctinstall is killed, and writes where the next run clears up. So what is
 * started is noted before it does anything, and the next run on this host ends it first. A note is believed of the
 * processes of its owner only, and a process is ended only if it surely is of that command: its session is the one of the
 * process that was noted, which started at the time that was noted, or it carries the mark that only that command got.
 */

const noteSchema = once(() =>
  z.object({
    process: z.object({
      host: z.string(),
      pid: z.number().int().positive(),
      started: z.string(),
      boot: z.string(),
      pidNamespace: z.string().optional(),
      user: z.string(),
      slurmJob: z.string().optional(),
    }),
    mark: z.string().regex(/^[0-9a-f]{32}$/),
    /** Those that were made for it, children before parents. */
    mountPoints: z.array(z.string()),
  }),
);

type Note = z.infer<ReturnType<typeof noteSchema>>;

const markName = 'CTINSTALL_COMMAND';

/** Where a run notes what it has started, in the retired directory of the install. */
export function noteIn(retired: HostPath): HostPath {
  return joinHost(retired, 'started.json');
}

export interface NotedOptions extends RunOptions {
  /** Nothing is noted without one. */
  readonly note?: HostPath | undefined;
  /** Directories, parents before children: those that are missing are there as long as the command runs. */
  readonly mountPoints?: readonly HostPath[];
}

/** {@link run}, noted until it has ended. */
export async function runNoted(argv: readonly [string, ...string[]], options: NotedOptions): Promise<RunResult> {
  const { note, mountPoints = [], ...rest } = options;
  const missing = await findMissing(mountPoints);
  const make = async (): Promise<void> => {
    for (const directory of missing) await makeDirectory(directory);
  };
  try {
    if (note !== undefined) return await startNoted(argv, { ...rest, note, missing, make });
    await make();
    return await run(argv, rest);
  } finally {
    await removeEmptyDirectories(missing.toReversed());
    if (note !== undefined) await removeFile(note);
  }
}

interface Starting extends RunOptions {
  readonly note: HostPath;
  readonly missing: readonly HostPath[];
  /** Makes them. */
  readonly make: () => Promise<void>;
}

async function startNoted(
  argv: readonly [string, ...string[]],
  { note, missing, make, ...options }: Starting,
): Promise<RunResult> {
  const mark = randomBytes(16).toString('hex');
  // Inside a container too.
  const names = [markName, `SINGULARITYENV_${markName}`, `APPTAINERENV_${markName}`];
  const env = { ...options.env, ...Object.fromEntries(names.map((name) => [name, mark])) };
  await makeDirectory(hostPath('..', note));
  const onStart = async (pid: number): Promise<void> => {
    const noted: Note = { process: await identifyProcess(pid, env), mark, mountPoints: missing.toReversed() };
    await writeFileWhole(note, `${JSON.stringify(noted)}\n`, 0o644);
    await make();
  };
  return run(argv, { ...options, env, onStart });
}

/** How long a process may take to be gone that was ended. */
const mostMilliseconds = 10_000;

/**
 * Ends what a run that was killed had started, and all that this has started itself; to be called with the lock of the
 * install held, before anything is cleared up.
 * @throws CtinstallError `locked` where it cannot be ended: it is another user's
 */
export async function endNotedCommand(retired: HostPath, tell: (message: string) => void): Promise<void> {
  const path = noteIn(retired);
  const stats = await lstatIfThere(path);
  const note = stats?.isFile() === true ? parseNote(await readTextIfThere(path)) : undefined;
  if (stats === undefined || note === undefined) return;
  const { host, pid } = note.process;
  const state = await judgeProcess({ pidNamespace: undefined, slurmJob: undefined, ...note.process });
  if (state === 'unknown')
    tell(`process ${pid} on ${formatValue(host)}, which that run had started, may be still at work`);
  else {
    const search = {
      user: stats.uid,
      session: state === 'alive' ? pid : undefined,
      mark: `${markName}=${note.mark}`,
    };
    const began = performance.now();
    for (let left = await findProcesses(search); left.length > 0; left = await findProcesses(search)) {
      if (performance.now() - began > mostMilliseconds) throw stillThere(left, note, 'it does not end');
      for (const each of left) if (!end(each)) throw stillThere(left, note, 'it is another user’s');
      await sleep(10);
    }
  }
  await removeEmptyDirectories(note.mountPoints);
  await removeFile(path);
}

function parseNote(text: string | undefined): Note | undefined {
  try {
    return noteSchema().parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

/** Says whether it may be ended, or is gone. */
function end(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function stillThere(pids: readonly number[], { process: { user, host } }: Note, why: string): CtinstallError {
  return new CtinstallError(
    'locked',
    `what an earlier run on the same install had started is still at work, and ${why}: process ${pids.join(', ')} of ${formatValue(user)} on ${formatValue(host)}`,
    { hint: `run again when it has ended, or ask ${formatValue(user)} to end it` },
  );
}
