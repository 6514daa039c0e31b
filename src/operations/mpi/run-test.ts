import { ask } from '../../discover/machine.ts';
import { listDirectory, makeDirectory, readText, writeFileWhole } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { saidLines } from '../../lib/said-lines.ts';
import { type MpiRun, parseRanks } from '../../mpi/comparison.ts';
import { linksInside } from '../../mpi/goes-in.ts';
import { osuScript, parseOsu, ranksOfOsu } from '../../mpi/osu.ts';
import { pingPong } from '../../mpi/ping-pong.ts';
import { pingPongC } from '../../mpi/ping-pong-c.ts';
import type { TestProgram } from '../../mpi/test-program.ts';
import type { MpiDecision } from '../../mpi/types.ts';
import { parseTransports, ucxLog, ucxLogs } from '../../mpi/ucx-log.ts';
import { isOfNamespaces } from '../../mpi/variables.ts';
import type { Context } from '../context.ts';
import type { Launcher } from './test-launcher.ts';

/** A program that measures in an image, and how it is started. */
export interface TestStart {
  readonly options: { readonly nodes: number; readonly ranks: number; readonly seconds: number };
  readonly launcher: Launcher;
  readonly program: TestProgram;
  readonly runtime: string;
  readonly image: HostPath;
  /** Seen by all nodes. */
  readonly directory: string;
}

export interface TestRun extends TestStart {
  readonly decision: MpiDecision;
  /** `host's`. */
  readonly name: string;
  /** What its MPI is, where the program does not say it. */
  readonly version: string;
}

/** Where a container sees the program, and the directory for what its ranks say. */
const programInside = '/mpi-program';
const saidInside = '/mpi-test';

/** Puts it where the containers of both runs find it; one in C is made by the image's compiler. */
export async function writeTestProgram(
  { directory, program, runtime, image, options }: TestStart,
  context: Context,
): Promise<void> {
  const place = `${directory}/program`;
  await makeDirectory(place);
  const [name, text] = {
    python: ['ping-pong.py', pingPong] as const,
    osu: ['osu.sh', osuScript] as const,
    c: ['ping-pong.c', pingPongC] as const,
  }[program.kind];
  await writeFileWhole(`${place}/${name}`, text, 0o644);
  if (program.kind !== 'c') return;
  const source = `${programInside}/${name}`;
  const argv = [runtime, 'exec', image, program.compiler, '-O2', '-o', `${programInside}/ping-pong`, source] as const;
  const environment = environmentOf({ links: [], variables: {} }, [`${place}:${programInside}`], context);
  const answer = await ask(argv, machineOf(context), { seconds: options.seconds, environment });
  if (answer.kind === 'answered' && answer.exitCode === 0) return;
  throw new CtinstallError('command-failed', `the image's compiler made no program: ${formatCommand(argv)}`, {
    details: answer.kind === 'not-started' ? [] : saidLines(answer.stderr),
  });
}

/** Runs it with the MPI of a decision. @throws CtinstallError `command-failed` where no rank came to its end */
export async function runTest(run: TestRun, context: Context): Promise<MpiRun> {
  const { program, options, directory, decision } = run;
  const started = { started: options.ranks, nodes: options.nodes };
  const place = `${directory}/${decision.way}`;
  if (program.kind !== 'osu') {
    const start =
      program.kind === 'c' ? [`${programInside}/ping-pong`] : [program.python, `${programInside}/ping-pong.py`];
    const said = await launch([...start, saidInside], { ...run, place, prefix: 'said-' }, context);
    return { ...started, transports: said.transports, ranks: parseRanks(said.texts.join('')) };
  }
  // One after the other: a launcher's PMI serves one program.
  const [latency, bandwidth] = await Promise.all(
    [program.latency, program.bandwidth].map((path) => ({ path, place: `${place}-${path.replace(/.*\//, '')}` })),
  );
  const all: Said[] = [];
  for (const each of [latency, bandwidth])
    if (each !== undefined)
      all.push(
        await launch(
          ['sh', `${programInside}/osu.sh`, each.path, saidInside],
          { ...run, place: each.place, prefix: 'osu-' },
          context,
        ),
      );
  const [ofLatency = [], ofBandwidth = []] = all.map(({ texts }) => texts.map(parseOsu));
  return { ...started, transports: all[0]?.transports ?? [], ranks: ranksOfOsu(ofLatency, ofBandwidth, run.version) };
}

interface Launch extends TestRun {
  readonly place: string;
  /** Of the names of files in which ranks leave what they have to say. */
  readonly prefix: string;
}

interface Said {
  /** What the ranks left, a text each. */
  readonly texts: readonly string[];
  readonly transports: readonly string[];
}

async function launch(
  command: readonly string[],
  { options, launcher, runtime, image, directory, decision, name, place, prefix }: Launch,
  context: Context,
): Promise<Said> {
  await makeDirectory(place);
  const binds = [
    `${directory}/program:${programInside}:ro`,
    `${place}:${saidInside}`,
    ...decision.binds.map(({ host, container }) => `${host}:${container}:ro`),
  ];
  const argv = [...launcher(decision), runtime, 'exec', image, ...command] as const;
  context.reporter.report({ event: 'note', message: `with the ${name} MPI: ${formatCommand(argv)}` });
  const { seconds } = options;
  const answer = await ask(argv, machineOf(context), {
    seconds,
    environment: environmentOf(
      { ...decision, variables: { ...decision.variables, ...ucxLog(saidInside) } },
      binds,
      context,
    ),
  });
  if (answer.kind === 'not-started') throw new CtinstallError('command-failed', `\`${argv[0]}\` could not be started`);
  if (answer.kind === 'hung')
    throw new CtinstallError(
      'command-failed',
      `the run with the ${name} MPI did not end within ${seconds} s, and was ended`,
      {
        details: saidLines(answer.stderr),
        hint: 'see docs/mpi.md for what hangs, or give it longer with `--timeout <seconds>`: waiting for free nodes counts too',
      },
    );
  const names = (await listDirectory(place)).map(({ name: file }) => file).toSorted();
  const read = (start: string): Promise<string[]> =>
    Promise.all(names.filter((file) => file.startsWith(start)).map((file) => readText(`${place}/${file}`)));
  const [texts, logs] = [await read(prefix), await read(ucxLogs)];
  // OSU's programs refuse to be worlds of one: that is said of all ranks together.
  const isOsuFailed = prefix === 'osu-' && !answer.stderr.includes('exactly two processes');
  if (answer.exitCode !== 0 && (texts.length === 0 || isOsuFailed))
    throw new CtinstallError('command-failed', `the run with the ${name} MPI failed: ${formatCommand(argv)}`, {
      details: saidLines(answer.stderr),
    });
  return { texts, transports: parseTransports(logs.join('')) };
}

function machineOf({ environment, signal }: Context) {
  return { environment, root: hostPath('/'), signal };
}

/** As the module would set them: nothing of the session's own goes in, but what the user has set for MPI itself counts. */
function environmentOf(
  { links, variables }: Pick<MpiDecision, 'links' | 'variables'>,
  binds: readonly string[],
  { environment }: Context,
): Record<string, string | undefined> {
  const own = Object.keys(environment).filter((name) =>
    /^(SINGULARITY|APPTAINER)(ENV_LD_LIBRARY_PATH|_BIND(PATH)?)$/.test(name),
  );
  const library = links.length === 0 ? {} : { LD_LIBRARY_PATH: `${linksInside}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}` };
  const isOwn = (name: string): boolean =>
    environment[name] !== undefined || (isOfNamespaces(name) && Boolean(environment.APPTAINER_SHARENS));
  const needed = Object.entries(variables).filter(([name]) => !isOwn(name));
  const inside = [...needed, ...Object.entries(library)];
  return {
    ...Object.fromEntries(own.map((name) => [name, undefined])),
    ...Object.fromEntries(
      ['SINGULARITY', 'APPTAINER'].flatMap((runtime) => [
        [`${runtime}_BIND`, binds.join(',')],
        ...inside.map(([name, value]) => [`${runtime}ENV_${name}`, value]),
      ]),
    ),
  };
}
