import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeLiveLines } from '../../src/report/live-lines.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A terminal of so many columns: the lines that were drawn on it since it was last asked. */
function makeTerminal(columns = 80): { stream: NodeJS.WriteStream; drawn: () => string[] } {
  let said = '';
  const stream = new Writable({
    write: (piece, _, done) => {
      said += String(piece);
      done();
    },
  });
  const drawn = (): string[] => {
    const lines = said
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor of a terminal
      .split(/\u001b\[[\d;?]*[A-Za-z]|\n/)
      .filter((line) => line.trim() !== '');
    said = '';
    return lines;
  };
  return { stream: Object.assign(stream, { isTTY: true, columns }) as unknown as NodeJS.WriteStream, drawn };
}

describe('live lines', () => {
  it('show what takes longer than a second, with its time, until it is done', () => {
    const { stream, drawn } = makeTerminal();
    const lines = makeLiveLines(stream);
    lines.start('look at the image');
    vi.advanceTimersByTime(900);
    expect(drawn()).toEqual([]);
    vi.advanceTimersByTime(2300);
    expect(drawn().at(-1)).toBe('  look at the image  3 s');
    lines.finish();
    drawn();
    vi.advanceTimersByTime(3000);
    expect(drawn()).toEqual([]);
    lines.close();
  });

  it('are a bar with title and speed where it is known how far it is', () => {
    const { stream, drawn } = makeTerminal();
    const lines = makeLiveLines(stream);
    lines.start('copy image my.sif (4.0 GiB)');
    lines.progress({ event: 'progress', title: '', done: 2 ** 30, total: 2 ** 32, unit: 'bytes' });
    vi.advanceTimersByTime(2050);
    lines.progress({ event: 'progress', title: '', done: 2 ** 31, total: 2 ** 32, unit: 'bytes' });
    vi.advanceTimersByTime(2000);
    expect(drawn().at(-1)).toMatch(/^ {2}copy image my\.sif \(4\.0 GiB\) {2}\[={10} {10}\] 50% {2}5\d\d MiB\/s$/);
    lines.close();
  });

  it('are one for each module that is worked on at a time, and never wider than the terminal', () => {
    const { stream, drawn } = makeTerminal(40);
    const lines = makeLiveLines(stream);
    lines.start(`copy ${'x'.repeat(100)}`, 'a/1');
    lines.start('copy y', 'b/2');
    vi.advanceTimersByTime(1600);
    const [first = '', second] = drawn().slice(-2);
    expect(first).toMatch(/^ {2}\[a\/1\] copy x+… {2}1 s$/);
    expect(first.length).toBeLessThan(40);
    expect(second).toBe('  [b/2] copy y  1 s');
    lines.close();
  });

  it('leave the terminal to others, and come back', () => {
    const { stream, drawn } = makeTerminal();
    const lines = makeLiveLines(stream);
    lines.start('work');
    vi.advanceTimersByTime(1600);
    lines.clear();
    drawn();
    vi.advanceTimersByTime(500);
    expect(drawn()).toContain('  work  2 s');
    lines.close();
  });
});
