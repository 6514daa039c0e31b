import { createInterface } from 'node:readline';
import { StringDecoder } from 'node:string_decoder';
import { execa } from 'execa';
import { CtinstallError } from '../lib/errors.ts';
import { formatCommand, formatLine } from '../lib/format.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the program: nothing of this process's is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with pieces of stdout as they come. */
  readonly onOutput?: (text: string) => void;
  /** Called with the lines of stderr as they come. */
  readonly onErrorLine?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** What it reads on stdin; nothing if left out. */
  readonly input?: string;
}

export interface RunResult {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a program may take to end after it was asked to. */
const graceMilliseconds = 10_000;

/**
 * Starts a program with an argument list, never through a shell, and waits for it. A failing exit status is a value here.
 * It gets a process group of its own, so that the signal ends what it has started too, and nothing goes on writing.
 */
export async function run(argv: readonly [string, ...string[]], options: RunOptions): Promise<RunResult> {
  if (options.signal?.aborted) throw new CtinstallError('interrupted', 'interrupted');
  const [program, ...rest] = argv;
  const child = execa(program, rest, {
    env: Object.fromEntries(Object.entries(options.env).filter(([, value]) => value !== undefined)),
    extendEnv: false,
    reject: false,
    detached: true,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    stripFinalNewline: false,
    maxBuffer: 64 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  // A piece may end within a character.
  const decoder = new StringDecoder();
  if (options.onOutput !== undefined)
    child.stdout.on('data', (piece: Buffer) => options.onOutput?.(decoder.write(piece)));
  if (options.onErrorLine !== undefined) createInterface({ input: child.stderr }).on('line', options.onErrorLine);
  let killing: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(child.pid, 'SIGTERM');
    killing = setTimeout(() => {
      killGroup(child.pid, 'SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    }, graceMilliseconds);
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  const result = await child;
  clearTimeout(killing);
  options.signal?.removeEventListener('abort', stop);
  // What it has started goes on without it, and writes.
  if (result.signal !== undefined || options.signal?.aborted) killGroup(child.pid, 'SIGKILL');
  if (options.signal?.aborted) throw new CtinstallError('interrupted', 'interrupted');
  if (result.exitCode === undefined && result.signal === undefined)
    throw new CtinstallError(
      'command-failed',
      `\`${program}\` could not be started: ${result.originalMessage ?? result.shortMessage}`,
    );
  return { exitCode: result.exitCode, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

/** {@link run}, where any other exit status than 0 is an error that shows the command and the end of its stderr. */
export async function runOrFail(
  argv: readonly [string, ...string[]],
  options: RunOptions,
  what: string,
): Promise<RunResult> {
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
      ...lastLines(said, 20).map((line) => `  | ${formatLine(line)}`),
    ],
  });
}

function lastLines(text: string, most: number): string[] {
  const lines = text.trimEnd().split('\n');
  return lines.length === 1 && lines[0] === '' ? [] : lines.slice(-most);
}
