import { isFile } from '../host/files.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { HostPath } from '../lib/paths.ts';
import type { Reporter } from '../report/types.ts';
import { prepareSlurmJob, type SlurmOptions } from '../slurm/srun-job.ts';
import { makeProgressParser } from './parse-progress.ts';
import { readSaid, scriptError } from './read-said.ts';

export interface SquashfsScriptOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the settings say; undefined leaves it to the script. */
  readonly processors: number | undefined;
  readonly excludes?: readonly string[] | undefined;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  readonly title: string;
  /** Runs it in a job, on all processors that are asked for there. */
  readonly slurm?: Omit<SlurmOptions, 'environment' | 'name'> | undefined;
  /** It runs a command of the user's, which reads our stdin and writes there. */
  readonly commandOutput?: 'stdout' | 'stderr';
}

export interface SquashfsScriptResult {
  /** What it said at the end, for people. */
  readonly lines: readonly string[];
  /** Files and bytes before and after, by name. */
  readonly measured: Readonly<Record<string, number | string>>;
  readonly slurmJob: string | undefined;
}

/**
 * Runs `make-squashfs`, `unmake-squashfs` or `update-squashfs` of an install: the very script that users run where there is
 * no ctinstall. Gives back what it said, without the progress bar of the squashfs tools; warnings are reported.
 * @throws CtinstallError with the script's own message and hint
 */
export async function runSquashfsScript(
  script: HostPath,
  args: readonly string[],
  options: SquashfsScriptOptions,
): Promise<SquashfsScriptResult> {
  const { reporter, title, commandOutput } = options;
  if (!(await isFile(script)))
    throw new CtinstallError('not-installed', `\`${script}\` is not there`, {
      hint: 'install the module again with `ctinstall --rebuild`; your software stays',
    });
  const started = performance.now();
  const parser = makeProgressParser((done, total) =>
    reporter.report({ event: 'progress', title, done, total, unit: 'blocks' }),
  );
  const env = environmentOf(options);
  const command = ['bash', '-p', script, ...args] as const;
  const job =
    options.slurm === undefined
      ? undefined
      : await prepareSlurmJob(command, { ...options.slurm, name: 'ctinstall-squashfs', environment: env });
  const sharing = commandOutput === undefined ? {} : { sharesTerminal: true as const };
  reporter.report({ event: 'step-started', step: 'squashfs', title, ...sharing });
  const result = await run(job?.argv ?? command, {
    env,
    signal: options.signal,
    onOutput: parser.take,
    onErrorLine: (line) => {
      const message = line.startsWith('waiting for ') ? line : job?.takeLine(line);
      if (message !== undefined) reporter.report({ event: 'note', message });
    },
    ...(commandOutput === undefined ? {} : { sharesTerminal: { output: commandOutput } }),
    ...(job === undefined ? {} : { askToEnd: job.askToEnd }),
  });
  const said = readSaid(result.stderr);
  for (const warning of said.warnings) reporter.report({ event: 'warning', ...warning });
  if (result.exitCode !== 0) {
    if (said.error === undefined && !(await isFile(script)))
      throw new CtinstallError('not-installed', `could not ${title}: it was uninstalled meanwhile`);
    throw scriptError(result.exitCode, said, { title, slurmJob: job?.id() });
  }
  const seconds = (performance.now() - started) / 1000;
  reporter.report({ event: 'step-finished', step: 'squashfs', title, seconds });
  const lines = parser.lines();
  return {
    lines: lines.filter((line) => !line.startsWith('result: ')),
    measured: readMeasured(lines.find((line) => line.startsWith('result: ')) ?? ''),
    slurmJob: job?.id()?.split('.')[0],
  };
}

function environmentOf(options: SquashfsScriptOptions): Record<string, string | undefined> {
  const { environment, excludes, slurm, commandOutput } = options;
  // What a site says of its login nodes does not hold in a job.
  const processors = slurm === undefined ? options.processors : 0;
  return {
    ...environment,
    CTINSTALL_PROGRESS: '1',
    CTINSTALL_RESULT: '1',
    ...(processors === undefined ? {} : { CTINSTALL_SQUASHFS_PROCESSORS: String(processors) }),
    ...(excludes === undefined ? {} : { CTINSTALL_SQUASHFS_EXCLUDES: excludes.join(':') }),
    ...(commandOutput === undefined ? {} : { CTINSTALL_COMMAND_OUTPUT: 'apart' }),
  };
}

/** `result: filesBefore=4 directory=kept` */
function readMeasured(line: string): Record<string, number | string> {
  return Object.fromEntries(
    [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [
      name,
      /^\d+$/.test(value) ? Number(value) : value,
    ]),
  );
}
