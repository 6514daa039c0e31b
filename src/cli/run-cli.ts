import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import * as z from 'zod';
import { CtinstallError, exitStatusOf } from '../lib/errors.ts';
import { hostPath } from '../lib/paths.ts';
import { describeBug, describeError } from '../report/describe-error.ts';
import { makeReporter } from '../report/reporter.ts';
import type { CommandContext } from './command-context.ts';
import { handleSignals } from './handle-signals.ts';
import { commandFirst, commandNames, makeProgram, refuseUnknownHelp } from './program.ts';

// Code made for a schema is worth its making only where thousands are parsed.
z.config({ jitless: true });

/** Runs one command line and sets the exit status: 0 done, 1 the work failed, 2 wrong usage, 70 a bug, 128+n a signal. */
export async function runCli(given: readonly string[], toolDir: string): Promise<void> {
  // Whatever the umask: nothing that is installed is for everybody to write.
  const umask = process.umask() | 0o002;
  process.umask(umask);
  const signals = handleSignals(() => reporter.close());
  // A reader that went away (`ctinstall list | head -1`) is no fault, and no reason to stop half way.
  process.stderr.on('error', () => undefined);
  process.stdout.once('error', tellOfLostOutput).on('error', () => undefined);
  const { argv, commandToRun } = splitCommandToRun(commandFirst(given));
  const isJson = argv.includes('--json');
  let hasPrinted = false;
  const reporter = makeReporter({
    isJson: isJson && printsEvents(argv),
    isTrace: argv.includes('--trace'),
    stderr: process.stderr,
    stdout: process.stdout,
  });
  const { version: toolVersion }: { version: string } = JSON.parse(readFileSync(`${toolDir}/package.json`, 'utf8'));
  const context: CommandContext = {
    environment: process.env,
    cwd: hostPath(process.cwd()),
    toolDir: hostPath(toolDir),
    toolVersion,
    commandNames,
    reporter,
    umask,
    commandToRun,
    signal: signals.signal,
    isJson,
    print: (line) => {
      hasPrinted = true;
      process.stdout.write(`${line}\n`);
    },
  };
  try {
    refuseUnknownHelp(given);
    const program = makeProgram(
      context,
      commandNames.find((name) => name === argv[0]),
    );
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      process.exitCode = 2;
    } else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // A document on stdout stays the only one.
    const errors = hasPrinted && !printsEvents(argv) ? process.stderr : process.stdout;
    process.exitCode = signals.status() ?? report(error, isJson ? errors : undefined);
  }
  reporter.close();
}

/** Output that a full disk did not take is not there: whoever redirected it must learn of that. */
function tellOfLostOutput({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') return;
  process.stderr.write(`error: the output could not be written: ${code === 'ENOSPC' ? 'no space left' : message}\n`);
  process.exitCode ||= 1;
}

/** `squashfs update -- pip install x`: what is after the dashes is not ours to understand. */
function splitCommandToRun(argv: readonly string[]): { argv: string[]; commandToRun: string[] | undefined } {
  const dashes = argv[0] === 'squashfs' ? argv.indexOf('--') : -1;
  return dashes < 0
    ? { argv: [...argv], commandToRun: undefined }
    : { argv: argv.slice(0, dashes), commandToRun: argv.slice(dashes + 1) };
}

/** With `--json` these print an event a line while they work; the others print one document, beside which nothing may stand. */
function printsEvents(argv: readonly string[]): boolean {
  const [word = ''] = argv;
  return !argv.includes('--dry-run') && (!commandNames.includes(word) || ['squashfs', 'uninstall'].includes(word));
}

/** Tells of an error, as JSON on `json` if that is given; gives the exit status. */
function report(error: unknown, json: NodeJS.WriteStream | undefined): number {
  // Commander has said what was wrong already.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    json?.write(
      `${JSON.stringify({ event: 'error', code: 'usage', message: error.message.replace(/^error: /, '') })}\n`,
    );
    return 2;
  }
  if (!(error instanceof CtinstallError)) {
    process.stderr.write(describeBug(error));
    return 70;
  }
  if (json !== undefined) {
    const { code, message, hint, details } = error;
    json.write(`${JSON.stringify({ event: 'error', code, message, hint, details })}\n`);
  } else process.stderr.write(`${describeError(error).join('\n')}\n`);
  return exitStatusOf[error.code];
}
