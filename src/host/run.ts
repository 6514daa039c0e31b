import { execa } from 'execa';
import { CtinstallError } from '../lib/errors.ts';
import { formatCommand } from '../lib/format.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the program: nothing of this process's is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with pieces of stdout as they come. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface RunResult {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program with an argument list, never through a shell, and waits for it. A failing exit status is a value here. */
export async function run(argv: readonly [string, ...string[]], options: RunOptions): Promise<RunResult> {
  const [program, ...rest] = argv;
  const child = execa(program, rest, {
    env: Object.fromEntries(Object.entries(options.env).filter(([, value]) => value !== undefined)),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    maxBuffer: 64 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal, forceKillAfterDelay: 10_000 }),
  });
  if (options.onOutput !== undefined) child.stdout.on('data', (piece: Buffer) => options.onOutput?.(piece.toString()));
  const result = await child;
  if (result.isCanceled) throw new CtinstallError('interrupted', 'interrupted');
  if (result.exitCode === undefined && result.signal === undefined)
    throw new CtinstallError('command-failed', `\`${program}\` could not be started: ${result.originalMessage ?? result.shortMessage}`);
  return { exitCode: result.exitCode, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
}

/** {@link run}, where any other exit status than 0 is an error that shows the command and the end of its stderr. */
export async function runOrFail(argv: readonly [string, ...string[]], options: RunOptions, what: string): Promise<RunResult> {
  const result = await run(argv, options);
  if (result.exitCode !== 0) throw commandError(argv, result, what, options.cwd);
  return result;
}

/** A failed command as a labelled block: the command to paste, how it ended, where, and what it said last. */
export function commandError(argv: readonly string[], result: RunResult, what: string, cwd?: string): CtinstallError {
  const ended = result.signal === undefined ? `exit status ${result.exitCode}` : `signal ${result.signal}`;
  const said = `${result.stderr}`.trim() === '' ? result.stdout : result.stderr;
  return new CtinstallError('command-failed', `${what} failed with ${ended}`, {
    details: [
      `command: ${formatCommand(argv)}`,
      ...(cwd === undefined ? [] : [`in: ${cwd}`]),
      ...lastLines(said, 20).map((line) => `  | ${line}`),
    ],
  });
}

function lastLines(text: string, most: number): string[] {
  const lines = text.trimEnd().split('\n');
  return lines.length === 1 && lines[0] === '' ? [] : lines.slice(-most);
}
