import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { execa } from 'execa';
import { CtinstallError } from '../lib/errors.ts';
import { formatCommand } from '../lib/format.ts';
import { saidLines } from '../lib/said-lines.ts';

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
  /**
   * Called with the number of the process before the program does anything: it only begins when this is settled, and never if
   * that fails or this process is killed before.
   */
  readonly onStart?: (pid: number) => Promise<void>;
  /**
   * It shares the terminal: stdin is ours, file descriptor 3 is our stdout or stderr, 4 our stderr, and Ctrl-C reaches it as
   * it reaches us. On the signal only the program itself is asked to end.
   */
  readonly sharesTerminal?: { readonly output: 'stdout' | 'stderr' };
  /** Asks it to end in a gentler way than by SIGTERM, which follows if that fails, or does not end it in time. */
  readonly askToEnd?: () => Promise<void>;
}

export interface RunResult {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a program may take to end after it was asked to, and after it was told to. */
const askedMilliseconds = 20_000;
const graceMilliseconds = 10_000;

/**
 * Starts a program with an argument list, never through a shell, and waits for it. A failing exit status is a value here.
 * It gets a process group of its own, so that the signal ends what it has started too, and nothing goes on writing.
 */
export async function run(argv: readonly [string, ...string[]], options: RunOptions): Promise<RunResult> {
  if (options.signal?.aborted) throw new CtinstallError('interrupted', 'interrupted');
  const [program] = argv;
  const { onStart } = options;
  const [first, ...rest] = onStart === undefined ? argv : gated(argv, options.input !== undefined);
  const child = execa(first, rest, {
    env: Object.fromEntries(Object.entries(options.env).filter(([, value]) => value !== undefined)),
    extendEnv: false,
    reject: false,
    detached: options.sharesTerminal === undefined,
    ...stdioOf(options),
    stripFinalNewline: false,
    maxBuffer: 64 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  // A piece may end within a character.
  const decoder = new StringDecoder();
  if (options.onOutput !== undefined)
    child.stdout.on('data', (piece: Buffer) => options.onOutput?.(decoder.write(piece)));
  if (options.onErrorLine !== undefined) createInterface({ input: child.stderr }).on('line', options.onErrorLine);
  const kill = options.sharesTerminal === undefined ? killGroup : killProcess;
  let killing: NodeJS.Timeout | undefined;
  let isOver = false;
  const tell = (): void => {
    if (isOver) return;
    clearTimeout(killing);
    kill(child.pid, 'SIGTERM');
    killing = setTimeout(() => {
      kill(child.pid, 'SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    }, graceMilliseconds);
  };
  const stop = (): void => {
    if (options.askToEnd === undefined) tell();
    else {
      killing = setTimeout(tell, askedMilliseconds);
      options.askToEnd().catch(tell);
    }
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  const opened = onStart === undefined ? undefined : openGate(child, options);
  opened?.catch(() => undefined);
  const result = await child;
  isOver = true;
  clearTimeout(killing);
  options.signal?.removeEventListener('abort', stop);
  // What it has started goes on without it, and writes.
  if (result.signal !== undefined || options.signal?.aborted) kill(child.pid, 'SIGKILL');
  if (options.signal?.aborted) throw new CtinstallError('interrupted', 'interrupted');
  await opened;
  if (result.exitCode === undefined && result.signal === undefined)
    throw new CtinstallError(
      'command-failed',
      `\`${program}\` could not be started: ${result.originalMessage ?? result.shortMessage}`,
    );
  return { exitCode: result.exitCode, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
}

/** A shell that becomes the program once it has read a line: not if stdin ends first, as it does when this process dies. */
function gated(argv: readonly string[], hasInput: boolean): [string, ...string[]] {
  return ['sh', '-c', `read -r _ && exec "$@"${hasInput ? '' : ' </dev/null'}`, 'sh', ...argv];
}

function stdinOf({ input, onStart }: RunOptions): { stdin: 'ignore' | 'pipe' } | { input: string } {
  if (onStart !== undefined) return { stdin: 'pipe' };
  return input === undefined ? { stdin: 'ignore' } : { input };
}

async function openGate(
  { pid, stdin }: { readonly pid?: number | undefined; readonly stdin: Writable | null },
  { onStart, input = '' }: RunOptions,
): Promise<void> {
  // It may end without reading all.
  stdin?.on('error', () => undefined);
  try {
    if (pid !== undefined) await onStart?.(pid);
    stdin?.end(`\n${input}`);
  } catch (error) {
    stdin?.end();
    throw error;
  }
}

function stdioOf(options: RunOptions) {
  const { sharesTerminal } = options;
  if (sharesTerminal === undefined) return stdinOf(options);
  return { stdio: ['inherit', 'pipe', 'pipe', sharesTerminal.output === 'stdout' ? 1 : 2, 2] as const };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid !== undefined) killProcess(-pid, signal);
}

function killProcess(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
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
    details: [`command: ${formatCommand(argv)}`, ...(cwd === undefined ? [] : [`in: ${cwd}`]), ...saidLines(said)],
  });
}
