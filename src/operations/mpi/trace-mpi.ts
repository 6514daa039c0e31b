import { readElfFile } from '../../discover/elf-files.ts';
import { listDirectory, readText, realPath, writeFileWhole } from '../../host/files.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { run } from '../../host/run.ts';
import { withTemporaryDirectory } from '../../host/temporary.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { SavedTrace, TracedLibrary } from '../../mpi/saved-mpi.ts';
import { type MergedTraces, mergeTraces, type RankTrace } from '../../mpi/trace/merge-traces.ts';
import { type Loaded, parseLoaderTrace, parseSystemCalls } from '../../mpi/trace/read-traces.ts';
import { parseTraceName, tracer } from '../../mpi/trace/tracer.ts';
import type { Context } from '../context.ts';
import { keepSavedMpi } from './saved-mpi.ts';

export interface TraceMpiOptions {
  /** The launcher and the program, or a program alone. */
  readonly command: readonly string[];
  /** Where what was seen is kept, for all that is found of MPI from then on. */
  readonly keepFor: 'user' | 'site' | undefined;
  /** Called with what the program prints. */
  readonly onOutput: (text: string) => void;
}

export interface TraceOfMpi extends MergedTraces {
  /** The MPI that was loaded. */
  readonly main: string;
  readonly traced: readonly TracedLibrary[];
  readonly exitCode: number | undefined;
  readonly kept: HostPath | undefined;
}

/** Runs a program of the user's on one or more nodes, and says what of the host its MPI really opened. */
export async function traceMpi(options: TraceMpiOptions, context: Context): Promise<TraceOfMpi> {
  // Where all nodes of a job see it: the current directory, as for the output of jobs.
  return withTemporaryDirectory(context.cwd, async (directory) => {
    const script = `${directory}/trace`;
    await writeFileWhole(script, tracer, 0o755);
    const argv = await placeTracer(options.command, ['/bin/sh', script], context);
    const { environment: env, signal, cwd } = context;
    const onErrorLine = (line: string): void => options.onOutput(`${line}\n`);
    const { exitCode } = await run(argv, { env, signal, cwd, onOutput: options.onOutput, onErrorLine });
    const merged = mergeTraces(await readTraces(directory));
    const { main } = merged;
    if (main === undefined)
      throw new CtinstallError(
        'mpi-unfit',
        merged.ranks.all === 0
          ? `nothing was seen of \`${formatCommand(options.command)}\`${exitCode === 0 ? '' : `, which ended with ${exitCode}`}`
          : `no rank loaded an MPI (${merged.ranks.all} seen)`,
        {
          hint: 'put `--` before the program where a word of the launcher was taken for it; a static MPI loads nothing',
        },
      );
    const traced = await Promise.all(merged.libraries.map(describeLibrary));
    const trace: SavedTrace = {
      command: formatCommand(options.command),
      main,
      libraries: traced,
      files: [...merged.files],
    };
    const isSite = options.keepFor === 'site';
    const kept = options.keepFor === undefined ? undefined : await keepSavedMpi({ trace }, { isSite }, context);
    return { ...merged, main, traced, exitCode, kept };
  });
}

const launchers = /^(srun|mpiexec|mpirun|prun|prterun|orterun|aprun|jsrun|palsrun|ibrun)([.-].*)?$/;

/** Before the program: the first word behind a launcher that is one, or what follows `--`. */
async function placeTracer(
  [launcher, ...rest]: readonly string[],
  tracing: readonly [string, string],
  { environment }: Context,
): Promise<readonly [string, ...string[]]> {
  if (launcher === undefined) throw new CtinstallError('usage', 'say what is to be run: ctinstall mpi trace -- srun …');
  if (!launchers.test(launcher.slice(launcher.lastIndexOf('/') + 1))) return [...tracing, launcher, ...rest];
  const mark = rest.indexOf('--');
  if (mark !== -1) return [launcher, ...rest.slice(0, mark), ...tracing, ...rest.slice(mark + 1)];
  for (const [index, word] of rest.entries())
    if (!word.startsWith('-') && (await lookUpProgram(word, environment.PATH)) !== undefined)
      return [launcher, ...rest.slice(0, index), ...tracing, ...rest.slice(index)];
  throw new CtinstallError('usage', `which word of \`${formatCommand([launcher, ...rest])}\` is the program?`, {
    hint: 'put `--` before it',
  });
}

/** A file for each process; those of a rank and what it started belong together. */
async function readTraces(directory: string): Promise<RankTrace[]> {
  const ranks = new Map<string, RankTrace>();
  for (const { name } of await listDirectory(directory)) {
    const file = parseTraceName(name);
    if (file === undefined) continue;
    const text = await readText(`${directory}/${name}`);
    const { loaded = [], opened = [] } = ranks.get(file.rank) ?? {};
    ranks.set(file.rank, {
      ...file,
      loaded: file.form === 'loader' ? [...loaded, ...parseLoaderTrace(text)] : loaded,
      opened: file.form === 'strace' ? [...opened, ...parseSystemCalls(text)] : opened,
    });
  }
  return [...ranks.values()];
}

async function describeLibrary({ path, isLate, isByPath }: Loaded): Promise<TracedLibrary> {
  const read = await readElfFile(path);
  const real = await realPath(path).catch(() => path);
  return {
    path,
    version: /\.so\.([\d.]+)$/.exec(real)?.[1],
    buildId: read?.kind === 'elf' ? read.elf.buildId : undefined,
    isLate,
    isByPath,
  };
}
