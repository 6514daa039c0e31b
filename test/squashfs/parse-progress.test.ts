import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeProgressParser } from '../../src/squashfs/parse-progress.ts';

function parsed(pieces: readonly string[]): { seen: [number, number][]; lines: string[] } {
  const seen: [number, number][] = [];
  const parser = makeProgressParser((done, total) => seen.push([done, total]));
  for (const piece of pieces) parser.take(piece);
  return { seen, lines: parser.lines() };
}

const bars = '\r[=/          ]   10/2000   0%\r[=====-      ] 1000/2000  50%\r[==========|] 2000/2000 100%\n';

describe('makeProgressParser', () => {
  it('reads the bars and keeps the other lines', () => {
    expect(parsed([`Parallel mksquashfs: Using 2 processors\n${bars}\npacked 3 of 5 files, 50%\n`])).toEqual({
      seen: [
        [10, 2000],
        [1000, 2000],
        [2000, 2000],
      ],
      lines: ['Parallel mksquashfs: Using 2 processors', 'packed 3 of 5 files, 50%'],
    });
  });

  it('does not mind where the pieces end', () => {
    const whole = parsed([`one\n${bars}two`]);
    for (let size = 1; size < 12; size += 1) {
      const text = `one\n${bars}two`;
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
        text.slice(index * size, (index + 1) * size),
      );
      expect(parsed(pieces)).toEqual(whole);
    }
    expect(whole.lines).toEqual(['one', 'two']);
  });

  it('takes no line of the scripts for a bar', () => {
    expect(parsed(['copied 3/5 60% of it\n', 'list: [a]\n'])).toMatchObject({ seen: [] });
  });

  it('follows the real mksquashfs through a pipe', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ctinstall-progress-'));
    try {
      for (let index = 0; index < 40; index += 1)
        writeFileSync(join(root, `file ${index} [50%]`), randomBytes(300_000));
      const argv = [root, join(root, 'out.squashfs'), '-noappend', '-b', '128K', '-no-xattrs', '-e', 'out.squashfs'];
      const seen: [number, number][] = [];
      const parser = makeProgressParser((done, total) => seen.push([done, total]));
      const child = spawn('mksquashfs', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.setEncoding('utf8').on('data', parser.take);
      const status = await new Promise((resolve) => child.on('close', resolve));
      const lines = parser.lines();
      expect(status).toBe(0);
      const [done, total] = seen.at(-1) ?? [0, 1];
      expect(total).toBeGreaterThanOrEqual(40 * 3);
      expect(done).toBe(total);
      expect(seen.map(([at]) => at)).toEqual(seen.map(([at]) => at).toSorted((a, b) => a - b));
      expect(lines.join('\n')).toContain('Exportable Squashfs');
      expect(lines.some((line) => /^\[[=|\\/-]/.test(line))).toBe(false);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
