import cliProgress from 'cli-progress';
import { formatBytes, formatSeconds } from '../lib/format.ts';
import { isWorthALine } from '../plan/describe-step.ts';
import { describeError } from './describe-error.ts';
import type { ReportEvent, Reporter } from './types.ts';

export interface ReporterOptions {
  readonly isJson: boolean;
  /** Every step gets its line, not only those that take time. */
  readonly isTrace: boolean;
  readonly stderr: NodeJS.WriteStream;
  readonly stdout: NodeJS.WriteStream;
}

export interface ClosableReporter extends Reporter {
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
      if (event.event === 'progress') {
        const percent = Math.floor((100 * event.done) / Math.max(1, event.total));
        if (percent === lastPercents.get(event.title)) return;
        lastPercents.set(event.title, percent);
      }
      stdout.write(`${JSON.stringify(event)}\n`);
    },
    close: () => undefined,
  };
}

/** Lines on stderr; a progress bar on a terminal. */
function makeTextReporter({ stderr, isTrace }: ReporterOptions): ClosableReporter {
  let bar: cliProgress.SingleBar | undefined;
  const closeBar = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const write = (line: string): void => {
    closeBar();
    stderr.write(`${line}\n`);
  };
  const showProgress = ({ done, total, unit }: Extract<ReportEvent, { event: 'progress' }>): void => {
    if (!stderr.isTTY) return;
    const show = (value: number): string => (unit === 'bytes' ? formatBytes(value) : `${value} blocks`);
    if (bar === undefined) {
      bar = new cliProgress.SingleBar(
        {
          stream: stderr,
          format: '  [{bar}] {percentage}%  {shown}',
          clearOnComplete: true,
          hideCursor: true,
          gracefulExit: false,
        },
        cliProgress.Presets.legacy,
      );
      bar.start(Math.max(1, total), done, { shown: '' });
    }
    bar.setTotal(Math.max(1, total));
    bar.update(done, { shown: `${show(done)} of ${show(total)}` });
  };
  return {
    report: (event) => {
      const label = event.module === undefined ? '' : `[${event.module}] `;
      switch (event.event) {
        case 'progress':
          // One bar cannot show several at a time.
          if (event.module === undefined) showProgress(event);
          return;
        case 'step-started':
          if (isTrace) write(`  … ${label}${event.title}`);
          return;
        case 'step-finished':
          if (isTrace || isWorthALine(event.step)) write(`  ${label}${event.title}  (${formatSeconds(event.seconds)})`);
          return closeBar();
        case 'note':
          return write(`${label}${event.message}`);
        case 'warning':
          return write(`warning: ${label}${event.message}${event.hint === undefined ? '' : `\nhint: ${event.hint}`}`);
        case 'failed':
          return write(describeError({ ...event, message: `${label}${event.message}` }).join('\n'));
      }
    },
    close: closeBar,
  };
}
