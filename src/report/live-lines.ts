import cliProgress from 'cli-progress';
import { formatBytes, formatSeconds } from '../lib/format.ts';
import type { ReportEvent } from './types.ts';

type Progress = Extract<ReportEvent, { event: 'progress' }>;

/** What is being worked on. */
interface Work {
  readonly title: string;
  readonly label: string;
  readonly started: number;
  progress?: Pick<Progress, 'done' | 'total' | 'unit'>;
}

export interface LiveLines {
  /** `module`: where several are worked on at a time, each has a line. */
  readonly start: (title: string, module?: string) => void;
  readonly progress: (progress: Progress) => void;
  readonly finish: (module?: string) => void;
  /** Takes the lines away, for others to write to the terminal; they come back after a while. */
  readonly clear: () => void;
  readonly close: () => void;
}

/** What is done sooner needs no line. */
const shownAfterMilliseconds = 1000;
const tickMilliseconds = 250;
const barWidth = 20;

/** On a terminal: a line for what is at work for longer than a second, with the time that it takes, or a bar where it is known how far it is. */
export function makeLiveLines(stderr: NodeJS.WriteStream): LiveLines {
  const works = new Map<string, Work>();
  let bars: cliProgress.MultiBar | undefined;
  const clear = (): void => {
    bars?.stop();
    bars = undefined;
  };
  const show = (): void => {
    const now = performance.now();
    const due = [...works.values()].filter(({ started }) => now - started >= shownAfterMilliseconds);
    if (bars !== undefined || due.length === 0) return;
    bars = new cliProgress.MultiBar({
      stream: stderr,
      format: (_options, _params, { work }: { work: Work }) => lineOf(work, stderr.columns || 80),
      clearOnComplete: true,
      hideCursor: true,
      linewrap: false,
      gracefulExit: false,
      // Some terminals and recorders keep what is drawn: no more of it than is of use.
      fps: 1000 / tickMilliseconds,
    });
    for (const work of due) bars.create(1, 0, { work });
  };
  const ticking = setInterval(show, tickMilliseconds).unref();
  return {
    start: (title, module = '') => {
      clear();
      const label = module === '' ? '' : `[${module}] `;
      works.set(module, { title, label, started: performance.now() });
    },
    progress: ({ module = '', done, total, unit }) => {
      const work = works.get(module);
      if (work !== undefined) work.progress = { done, total, unit };
    },
    finish: (module = '') => {
      clear();
      works.delete(module);
    },
    clear,
    close: () => {
      clearInterval(ticking);
      works.clear();
      clear();
    },
  };
}

/** One line of at most `width` cells; the title gives way. */
function lineOf({ title, label, started, progress }: Work, width: number): string {
  const seconds = (performance.now() - started) / 1000;
  const end = progress === undefined ? `  ${wholeSeconds(seconds)}` : describeProgress(progress, seconds);
  const room = width - end.length - 3;
  const text = `${label}${title}`;
  const shown = text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
  return `  ${shown}${end}`;
}

function wholeSeconds(seconds: number): string {
  return seconds < 10 ? `${Math.floor(seconds)} s` : formatSeconds(seconds);
}

function describeProgress({ done, total, unit }: NonNullable<Work['progress']>, seconds: number): string {
  const part = Math.min(1, done / Math.max(1, total));
  const filled = Math.round(part * barWidth);
  const bar = `${'='.repeat(filled)}${' '.repeat(barWidth - filled)}`;
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  const speed = unit === 'bytes' ? `${formatBytes(done / Math.max(0.001, seconds))}/s` : wholeSeconds(seconds);
  return `  [${bar}]${percent}  ${speed}`;
}
