import { formatSeconds, formatText } from '../lib/format.ts';
import { isWorthALine } from '../plan/describe-step.ts';
import { paintLabels } from './colours.ts';
import { describeError } from './describe-error.ts';
import { type LiveLines, makeLiveLines } from './live-lines.ts';
import type { Reporter } from './types.ts';

export interface ReporterOptions {
  readonly isJson: boolean;
  /** Every step gets its line, not only those that take time. */
  readonly isTrace: boolean;
  /** No notes, and no line for a step that went well. */
  readonly isQuiet: boolean;
  /** Whether what goes to stderr is coloured. */
  readonly isColoured: boolean;
  /** Whether stderr is a terminal on which lines can be drawn again. */
  readonly isLive: boolean;
  readonly stderr: NodeJS.WriteStream;
  readonly stdout: NodeJS.WriteStream;
}

export interface ClosableReporter extends Reporter {
  /** Leaves the terminal to what somebody else writes now. */
  readonly clear: () => void;
  readonly close: () => void;
}

export function makeReporter(options: ReporterOptions): ClosableReporter {
  return options.isJson ? makeJsonReporter(options) : makeTextReporter(options);
}

/** One JSON object a line, on stdout. */
function makeJsonReporter({ stdout }: ReporterOptions): ClosableReporter {
  const lastPercents = new Map<string, number>();
  return {
    report: (event) => {
      if (event.event === 'working') return;
      if (event.event === 'progress') {
        const percent = Math.floor((100 * event.done) / Math.max(1, event.total));
        if (percent === lastPercents.get(event.title)) return;
        lastPercents.set(event.title, percent);
      }
      stdout.write(`${JSON.stringify(event)}\n`);
    },
    clear: () => undefined,
    close: () => undefined,
  };
}

/** Lines on stderr; on a terminal what is at work shows too. */
function makeTextReporter({ stderr, isTrace, isQuiet, isColoured, isLive }: ReporterOptions): ClosableReporter {
  const live = isLive && !isQuiet ? makeLiveLines(stderr) : noLines;
  const write = (text: string): void => {
    live.clear();
    stderr.write(`${paintLabels(formatText(text), isColoured)}\n`);
  };
  const writeTalk = (text: string): void => {
    if (!isQuiet) write(text);
  };
  /** What the command as a whole is at, where it is at no step. */
  let command: string | undefined;
  const steps = new Set<string>();
  const begin = (title: string, module?: string): void => {
    if (steps.size === 0) live.finish();
    steps.add(module ?? '');
    live.start(formatText(title), module);
  };
  const end = (module?: string): void => {
    steps.delete(module ?? '');
    live.finish(module);
    if (steps.size === 0 && command !== undefined) live.start(command);
  };
  return {
    report: (event) => {
      const label = event.module === undefined ? '' : `[${event.module}] `;
      switch (event.event) {
        case 'working':
          command = event.what;
          if (command === undefined) live.clear();
          if (steps.size === 0) command === undefined ? live.finish() : live.start(formatText(command));
          return;
        case 'progress':
          return live.progress(event);
        case 'step-started':
          if (isTrace) writeTalk(`  … ${label}${event.title}`);
          if (event.sharesTerminal !== true) begin(event.title, event.module);
          else live.finish();
          return;
        case 'step-finished':
          if (isTrace || isWorthALine(event.step))
            writeTalk(`  ${label}${event.title}  (${formatSeconds(event.seconds)})`);
          return end(event.module);
        case 'note':
          return writeTalk(`${label}${event.message}`);
        case 'warning':
          return write(`warning: ${label}${event.message}${event.hint === undefined ? '' : `\nhint: ${event.hint}`}`);
        case 'failed':
          end(event.module);
          return write(describeError({ ...event, message: `${label}${event.message}` }).join('\n'));
      }
    },
    clear: live.clear,
    close: live.close,
  };
}

const nothing = (): void => undefined;
const noLines: LiveLines = { start: nothing, progress: nothing, finish: nothing, clear: nothing, close: nothing };
