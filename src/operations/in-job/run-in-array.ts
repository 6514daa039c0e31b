import { setTimeout as sleep } from 'node:timers/promises';
import { makeDirectory, readTextIfThere, removeTree, writeFileWhole } from '../../host/files.ts';
import { makeNewDirectory } from '../../host/make-new-directory.ts';
import { readFrom } from '../../host/read-from.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { cancelJobs } from '../../slurm/cancel.ts';
import { endArray, renderArrayScript, submitArray } from '../../slurm/job-array.ts';
import { explainEnd, type JobState, readJobStates } from '../../slurm/job-state.ts';
import type { Context } from '../context.ts';
import type { InJobOptions } from './run-in-job.ts';

export interface InArrayOptions extends Omit<InJobOptions, 'argv'> {
  /** The words after `ctinstall` of each job, and what it is called. */
  readonly lines: readonly { readonly argv: readonly [string, ...string[]]; readonly name: string }[];
  /** How many run at once; 0: as many as Slurm has room for. */
  readonly concurrency: number;
}

/** Milliseconds between two looks. */
const often = 500;
const seldom = 3000;
/** Looks after an interruption, before what has not cleared up by then is killed. */
const mostAsked = 120;
/** How many there are before they get seldom, so that what waits for long is no burden to Slurm. */
const mostOften = 120;

/** A job of the array: how far it has been followed. */
interface Element {
  readonly name: string;
  readonly number: number;
  /** The start of the names of its files. */
  readonly file: HostPath;
  at: number;
  rest: Buffer;
  isTold: boolean;
  status: number | undefined;
}

/**
 * Runs command lines of ctinstall in an array of jobs, one node for each and where we are. What they write to stderr is handed on
 * as it comes, and the rest of each when it ends. An interruption has them clear up. Gives the worst exit status. What they have
 * said is kept where one failed.
 * @throws CtinstallError as {@link runInJob}
 */
export async function runInArray(
  { lines, concurrency, settings, write, writeLine }: InArrayOptions,
  context: Context,
): Promise<number> {
  const { environment, signal, reporter, cwd, toolDir } = context;
  const directory = await makeLogDirectory(context);
  const commands = lines.map(({ argv }) => ['bash', '-p', joinHost(toolDir, 'bin', 'ctinstall'), ...argv]);
  const script = renderArrayScript(commands, directory);
  await writeFileWhole(joinHost(directory, 'job.sh'), script, 0o700);
  // What was looked for in vain NFS does not look for again for a while.
  for (const number of lines.keys())
    for (const kind of ['err', 'node', 'status'])
      await writeFileWhole(joinHost(directory, `${number}.${kind}`), '', 0o600);
  const job = { name: `ctinstall-${lines[0]?.argv[0]}`, settings, processors: 0, directory: cwd, environment };
  const id = await submitArray(script, { ...job, count: lines.length, concurrency }).catch(async (error: unknown) => {
    await removeTree(directory);
    throw error;
  });
  reporter.report({ event: 'note', message: `Slurm job ${id}: an array of ${lines.length}` });
  const elements = lines.map(
    ({ name }, number): Element => ({
      ...{ name, number, file: joinHost(directory, String(number)), at: 0, rest: Buffer.alloc(0) },
      ...{ isTold: false, status: undefined },
    }),
  );
  const isOver = (): boolean => elements.every(({ status }) => status !== undefined);
  let asked = 0;
  for (let looks = 0; !isOver(); looks++) {
    if (signal.aborted) {
      if (asked === 0) await endArray(id, environment);
      if (asked === mostAsked) await cancelJobs([id], { comment: undefined, environment });
      asked += 1;
    }
    const states = await readJobStates(id, environment);
    for (const [number, element] of elements.entries())
      if (element.status === undefined) await follow(element, stateOf(number, states), states !== undefined);
    if (!isOver()) await pause(looks < mostOften || asked > 0 ? often : seldom, asked > 0 ? undefined : signal);
  }
  const worst = Math.max(...elements.map(({ status }) => status ?? 1));
  if (signal.aborted || worst === 0) await removeTree(directory);
  else reporter.report({ event: 'note', message: `what each of job ${id} has said is in ${directory}` });
  if (signal.aborted) throw new CtinstallError('interrupted', 'interrupted');
  return worst;

  async function follow(element: Element, state: JobState | undefined, hasAnswered: boolean): Promise<void> {
    await tellNode(element, id, reporter);
    const said = Number.parseInt(await readText(`${element.file}.status`), 10);
    await handOn(element, writeLine);
    // A signal may be Slurm's, which says why when the job is over.
    if ((Number.isNaN(said) || said > 128) && (state === undefined ? !hasAnswered : !state.hasEnded)) return;
    write(await readText(`${element.file}.out`));
    const isBySlurm =
      state === undefined ? Number.isNaN(said) : state.hasEnded && !/^(COMPLETED|FAILED)$/.test(state.state);
    element.status = isBySlurm ? 1 : Number.isNaN(said) ? (state?.status ?? 1) : said;
    if (!isBySlurm || signal.aborted) return;
    const why = explainEnd(state?.state, 1) ?? state?.state ?? '';
    const message = `${element.name}: Slurm ended job ${id}_${element.number}: ${why}`;
    reporter.report({ event: 'warning', message });
  }
}

/** In the home directory, which the nodes have too. */
async function makeLogDirectory({ environment, cwd }: Context): Promise<HostPath> {
  const above = hostPath(environment.HOME === undefined ? cwd : `${environment.HOME}/.local/state/ctinstall/jobs`);
  await makeDirectory(above);
  for (let number = 1; ; number++) {
    const directory = joinHost(above, String(number));
    if (await makeNewDirectory(directory)) return directory;
  }
}

/** Of jobs that wait Slurm tells as of one. */
function stateOf(number: number, states: readonly JobState[] | undefined): JobState | undefined {
  return (
    states?.find(({ task }) => task === String(number)) ??
    states?.find(({ task }) => task?.includes('-') || task?.includes(','))
  );
}

async function tellNode(element: Element, id: string, reporter: Context['reporter']): Promise<void> {
  if (element.isTold) return;
  const node = (await readText(`${element.file}.node`)).trim();
  if (node === '') return;
  element.isTold = true;
  const message = `Slurm job ${id}_${element.number} works on ${node}: ${element.name}`;
  reporter.report({ event: 'note', message });
}

async function readText(path: string): Promise<string> {
  return (await readTextIfThere(path)) ?? '';
}

/** The lines that are whole. */
async function handOn(element: Element, writeLine: (line: string) => void): Promise<void> {
  for (;;) {
    const piece = await readFrom(`${element.file}.err`, element.at);
    if (piece.length === 0) return;
    element.at += piece.length;
    const text = Buffer.concat([element.rest, piece]);
    const end = text.lastIndexOf('\n') + 1;
    element.rest = text.subarray(end);
    for (const line of text.subarray(0, end).toString().split('\n').slice(0, -1)) writeLine(line);
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
