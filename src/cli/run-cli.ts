import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { CtinstallError, exitStatusOf } from '../lib/errors.ts';
import { formatText } from '../lib/format.ts';
import { hostPath } from '../lib/paths.ts';
import { isColoured, paintLabels } from '../report/colours.ts';
import { describeBug, describeError } from '../report/describe-error.ts';
import { makeReporter } from '../report/reporter.ts';
import type { CommandContext } from './command-context.ts';
import { explainContainer } from './explain-container.ts';
import { answerHabits } from './habits.ts';
import { handleSignals } from './handle-signals.ts';
import { readOutputFlags } from './output-flags.ts';
import { allCommandNames, commandFirst, commandNames, makeProgram, refuseUnknownHelp } from './program.ts';

/** Runs one command line and sets the exit status: 0 done, 1 the work failed, 2 wrong usage, 70 a bug, 128+n a signal. */
export async function runCli(given: readonly string[], toolDir: string): Promise<void> {
  // Whatever the umask: nothing that is installed is for everybody to write.
  const umask = process.umask() | 0o002;
  process.umask(umask);
  const signals = handleSignals(() => reporter.clear());
  // A reader that went away (`ctinstall list | head -1`) is no fault, and no reason to stop half way.
  process.stderr.on('error', () => undefined);
  process.stdout.once('error', tellOfLostOutput).on('error', () => undefined);
  const { argv, commandToRun } = splitCommandToRun(commandFirst(given));
  const { isJson, isTrace, isQuiet, colour } = readOutputFlags(argv);
  const colouring = { colour, environment: process.env };
  const coloured = { stdout: isColoured(process.stdout, colouring), stderr: isColoured(process.stderr, colouring) };
  const reporter = makeReporter({
    isJson: isJson && printsEvents(argv),
    isTrace,
    isQuiet,
    isColoured: coloured.stderr,
    isLive: process.stderr.isTTY && process.env.TERM !== 'dumb',
    stderr: process.stderr,
    stdout: process.stdout,
  });
  const { version: toolVersion }: { version: string } = JSON.parse(readFileSync(`${toolDir}/package.json`, 'utf8'));
  const context: CommandContext = {
    environment: process.env,
    cwd: hostPath(process.cwd()),
    toolDir: hostPath(toolDir),
    toolVersion,
    commandNames: allCommandNames,
    reporter,
    umask,
    commandToRun,
    signal: signals.signal,
    onStop: signals.onStop,
    isJson,
    isColoured: coloured,
    isTrace,
    print: (line) => {
      reporter.clear();
      process.stdout.write(`${formatText(line, coloured.stdout)}\n`);
    },
    write: (piece, to = 'stdout') => {
      reporter.clear();
      process[to].write(piece);
    },
  };
  try {
    refuseUnknownHelp(given);
    // `-S mpi`, `--search list`: what follows the flag is no command then.
    if (!commandNames.includes(given[0] ?? '')) answerHabits(given);
    const program = makeProgram(
      context,
      commandNames.find((name) => name === argv[0]),
    );
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      process.exitCode = 2;
    } else await program.parseAsync(argv, { from: 'user' });
  } catch (caught) {
    const error = await explainContainer(caught, { environment: process.env, root: hostPath('/') });
    // On stdout there is the document, or nothing.
    const errors = printsEvents(argv) ? process.stdout : process.stderr;
    reporter.clear();
    process.exitCode =
      signals.status() ?? report(error, isJson ? errors : undefined, (text) => paintLabels(text, coloured.stderr));
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
export function splitCommandToRun(argv: readonly string[]): { argv: string[]; commandToRun: string[] | undefined } {
  const runsAnother = argv[0] === 'squashfs' || (argv[0] === 'workflow' && argv[1] === 'exec');
  const dashes = runsAnother ? argv.indexOf('--') : -1;
  return dashes < 0
    ? { argv: [...argv], commandToRun: undefined }
    : { argv: argv.slice(0, dashes), commandToRun: argv.slice(dashes + 1) };
}

/** With `--json` these print an event a line while they work; the others print one document, beside which nothing may stand. */
function printsEvents(argv: readonly string[]): boolean {
  const [word = ''] = argv;
  const isOfEvents = !commandNames.includes(word) || ['squashfs', 'uninstall', 'upgrade', 'wrap'].includes(word);
  return !readOutputFlags(argv).isDryRun && isOfEvents;
}

/** Tells of an error, as JSON on `json` if that is given; gives the exit status. */
function report(error: unknown, json: NodeJS.WriteStream | undefined, painted: (text: string) => string): number {
  // Commander has said what was wrong already.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    json?.write(
      `${JSON.stringify({ event: 'error', code: 'usage', message: error.message.replace(/^error: /, '') })}\n`,
    );
    return 2;
  }
  if (!(error instanceof CtinstallError)) {
    process.stderr.write(painted(describeBug(error)));
    return 70;
  }
  if (json !== undefined) {
    const { code, message, hint, details } = error;
    json.write(`${JSON.stringify({ event: 'error', code, message, hint, details })}\n`);
  } else process.stderr.write(`${painted(formatText(describeError(error).join('\n')))}\n`);
  return exitStatusOf[error.code];
}
