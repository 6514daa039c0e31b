import { isFile } from '../host/files.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { HostPath } from '../lib/paths.ts';
import type { Reporter } from '../report/types.ts';
import { makeProgressParser } from './parse-progress.ts';

export interface SquashfsScriptOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the settings say; undefined leaves it to the script. */
  readonly processors: number | undefined;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  readonly title: string;
}

/**
 * Runs `make-squashfs` or `unmake-squashfs` of an install: the very script that users run where there is no ctinstall.
 * Gives back what it said at the end, without the progress bar of the squashfs tools.
 * @throws CtinstallError with the script's own message and hint
 */
export async function runSquashfsScript(
  script: HostPath,
  args: readonly string[],
  options: SquashfsScriptOptions,
): Promise<{ lines: string[] }> {
  if (!(await isFile(script)))
    throw new CtinstallError('not-installed', `\`${script}\` is not there`, {
      hint: 'install the module again with `ctinstall --rebuild`; your software stays',
    });
  const started = performance.now();
  const parser = makeProgressParser((done, total) =>
    options.reporter.report({ event: 'progress', title: options.title, done, total, unit: 'blocks' }),
  );
  options.reporter.report({ event: 'step-started', step: 'squashfs', title: options.title });
  const env = {
    ...options.environment,
    CTINSTALL_PROGRESS: '1',
    ...(options.processors === undefined ? {} : { CTINSTALL_SQUASHFS_PROCESSORS: String(options.processors) }),
  };
  const result = await run(['bash', '-p', script, ...args], {
    env,
    signal: options.signal,
    onOutput: parser.take,
    onErrorLine: (line) => {
      if (isOfWaiting(line)) options.reporter.report({ event: 'note', message: line });
    },
  });
  if (result.exitCode !== 0) {
    if (!/^error: /m.test(result.stderr) && !(await isFile(script)))
      throw new CtinstallError('not-installed', `could not ${options.title}: it was uninstalled meanwhile`);
    throw scriptError(result.exitCode, result.stderr, options.title);
  }
  options.reporter.report({
    event: 'step-finished',
    step: 'squashfs',
    title: options.title,
    seconds: (performance.now() - started) / 1000,
  });
  return { lines: parser.lines() };
}

/** `waiting for process 4711 of jo on nid001234` */
function isOfWaiting(line: string): boolean {
  return line.startsWith('waiting for ');
}

/** The scripts write `error: …` and `hint: …` on stderr; what else is there (the squashfs tools) comes as details. */
function scriptError(exitCode: number | undefined, stderr: string, title: string): CtinstallError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const error = lines.find((line) => line.startsWith('error: '))?.slice('error: '.length);
  const hints = lines.filter((line) => line.startsWith('hint: ')).map((line) => line.slice('hint: '.length));
  const rest = lines.filter((line) => !/^(error|hint): /.test(line) && !isOfWaiting(line));
  const code =
    exitCode === 2
      ? /^nothing to /.test(error ?? '')
        ? 'nothing-to-pack'
        : 'usage'
      : /squashfs-tools/.test(hints.join())
        ? 'squashfs-tools-missing'
        : 'command-failed';
  return new CtinstallError(code, error ?? `could not ${title} (exit status ${exitCode ?? 'none'})`, {
    details: rest.slice(-20).map((line) => `  | ${line}`),
    hint: hints.length === 0 ? undefined : hints.join('\nhint: '),
  });
}
