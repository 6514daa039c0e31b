import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { makeReporter } from '../../src/report/reporter.ts';
import type { ReportEvent } from '../../src/report/types.ts';

/** What a reporter writes, on a stream that is no terminal. */
function reported(
  options: { isJson?: boolean; isTrace?: boolean; isQuiet?: boolean; isColoured?: boolean },
  events: readonly ReportEvent[],
): { stdout: string; stderr: string } {
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): NodeJS.WriteStream => {
    const write = new Writable({
      write: (piece, _, done) => {
        said[name] += String(piece);
        done();
      },
    });
    return write as unknown as NodeJS.WriteStream;
  };
  const reporter = makeReporter({
    isJson: options.isJson ?? false,
    isTrace: options.isTrace ?? false,
    isQuiet: options.isQuiet ?? false,
    isColoured: options.isColoured ?? false,
    isLive: false,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  });
  for (const event of events) reporter.report(event);
  reporter.close();
  return said;
}

const progress = (done: number): ReportEvent => ({
  event: 'progress',
  title: 'copy',
  done,
  total: 1000,
  unit: 'bytes',
});
const events: ReportEvent[] = [
  { event: 'note', message: 'installing' },
  { event: 'step-started', step: 'copy-image', title: 'copy image' },
  progress(1),
  progress(2),
  progress(500),
  { event: 'step-finished', step: 'copy-image', title: 'copy image', seconds: 1.25 },
  { event: 'step-started', step: 'write-file', title: 'write x' },
  { event: 'step-finished', step: 'write-file', title: 'write x', seconds: 0 },
  // No step of a plan.
  { event: 'step-started', step: 'squashfs', title: 'pack' },
  { event: 'step-finished', step: 'squashfs', title: 'pack', seconds: 2 },
  { event: 'warning', message: 'odd', hint: 'look' },
  { event: 'warning', message: 'odd too' },
];

describe('the text reporter', () => {
  it('says on stderr what takes time, one line each, and no progress where there is no terminal', () => {
    expect(reported({}, events)).toEqual({
      stdout: '',
      stderr: 'installing\n  copy image  (1.3 s)\nwarning: odd\nhint: look\nwarning: odd too\n',
    });
  });

  it('says every step when asked to trace', () => {
    expect(reported({ isTrace: true }, events).stderr).toContain('  … write x\n  write x  (0.0 s)\n');
  });
});

describe('the quiet reporter', () => {
  it('says warnings and what failed, and no more', () => {
    expect(reported({ isQuiet: true, isTrace: true }, events).stderr).toBe(
      'warning: odd\nhint: look\nwarning: odd too\n',
    );
  });
});

describe('the coloured reporter', () => {
  it('colours labels, where they begin a line', () => {
    const { stderr } = reported({ isColoured: true }, [
      { event: 'warning', message: 'an error: odd', hint: 'look' },
      { event: 'failed', code: 'locked', message: 'no', hint: undefined, details: ['  hint: wait'] },
      { event: 'note', message: 'plain, no \u001b[2J' },
    ]);
    const [red, yellow, cyan, end] = [31, 33, 36, 39].map((code) => `\u001b[${code}m`);
    expect(stderr).toBe(
      `${yellow}warning:${end} an error: odd\n${cyan}hint:${end} look\n${red}error:${end} no\n  ${cyan}hint:${end} wait\nplain, no \\u001b[2J\n`,
    );
  });
});

describe('the JSON reporter', () => {
  it('writes one object a line on stdout, and progress once a percent', () => {
    const { stdout, stderr } = reported({ isJson: true }, events);
    expect(stderr).toBe('');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual(events.filter((_, index) => index !== 3));
  });
});
