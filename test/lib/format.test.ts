import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCommand,
  formatScript,
  formatSeconds,
  formatText,
  formatValue,
} from '../../src/lib/format.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [99.95 * 1024, '100 KiB'],
    [100 * 1024, '100 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [185 * 1024 ** 2, '185 MiB'],
    [2 * 1024 ** 3, '2.0 GiB'],
    [3 * 1024 ** 4, '3.0 TiB'],
    [5000 * 1024 ** 4, '5000 TiB'],
  ])('%d → %s', (bytes, shown) => {
    expect(formatBytes(bytes)).toBe(shown);
  });
});

describe('formatText', () => {
  it('escapes what a terminal obeys, but for ends of lines, and colours where there are some', () => {
    expect(formatText('a\u001b[2J\u009b\rb\tc\r\nd\u001b[31me')).toBe('a\\u001b[2J\\u009b\\u000db\tc\r\nd\\u001b[31me');
    expect(formatText('\u001b[31ma\u001b[39m\u001b[8m', true)).toBe('\u001b[31ma\u001b[39m\\u001b[8m');
  });
});

describe('formatSeconds', () => {
  it.each([
    [0, '0.0 s'],
    [0.349, '0.3 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [42.4, '42 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [60, '1 min 00 s'],
    [185, '3 min 05 s'],
    [3599.7, '60 min 00 s'],
  ])('%d → %s', (seconds, shown) => {
    expect(formatSeconds(seconds)).toBe(shown);
  });
});

describe('formatValue', () => {
  it('shows one short line that no terminal obeys', () => {
    expect(formatValue('plain “é😀”')).toBe('plain “é😀”');
    expect(formatValue('a\nb\tc\u001b[2J\u009b\u202e\u2028')).toBe('a\\nb\\tc\\u001b[2J\\u009b\\u202e\\u2028');
    expect(formatValue('x'.repeat(61))).toBe(`${'x'.repeat(57)}…`);
    expect(formatValue('x'.repeat(60))).toHaveLength(60);
    expect(formatValue('\ud800')).toBe('\ufffd');
  });
});

describe('formatScript', () => {
  it('leaves a command as it is where all of it is seen', () => {
    const command = `python -c "print('a\\n')" && [ -d /x ] || exit 1  # é 日本 😀`;
    expect(formatScript(command)).toBe(command);
  });

  it('shows all of a command that hides a part of itself', () => {
    expect(formatScript('true\nrm -r x')).toBe('true⏎rm -r x');
    expect(formatScript('rm -r x #\rtrue\u001b[2K\u009b1A\u0007\u007f')).toBe(
      'rm -r x #\\u000dtrue\\u001b[2K\\u009b1A\\u0007\\u007f',
    );
    expect(formatScript('\u202e\u2066\u200b\u2028\u00a0\u3000\u3164\u2800\ufe0f\u{e0041}\t')).toBe(
      '\\u202e\\u2066\\u200b\\u2028\\u00a0\\u3000\\u3164\\u2800\\ufe0f\\u{e0041}\\t',
    );
    expect(formatScript(`true${' '.repeat(5000)}; rm -r x`)).toBe('true …(5000 blanks)… ; rm -r x');
    expect(formatScript(`: ${'x'.repeat(5000)}; rm -r x`)).toMatch(/; rm -r x$/);
    expect(formatScript('a⏎b')).toBe('a\\u23ceb');
  });
});

describe('formatCommand', () => {
  it('quotes only what needs it', () => {
    expect(formatCommand(['singularity', 'exec', '/a/b.sif', 'sh', '-c', "echo 'x'", ''])).toBe(
      `singularity exec /a/b.sif sh -c 'echo '\\''x'\\''' ''`,
    );
  });

  it('comes out of a real shell as it went in', () => {
    const word = fc.string({
      unit: fc.oneof(
        fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~=% \t\n\r\u001b\u009b\u202e\u20287^-é😀'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 12,
    });
    const words = fc
      .sample(word, 500)
      .map((text) => text.replaceAll('\0', ''))
      .filter((text) => text.isWellFormed());
    const isSeen = (text: string): boolean => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
    for (const [shell, taken] of [
      ['sh', words.filter(isSeen)],
      ['bash', words],
    ] as const) {
      const line = formatCommand(taken);
      expect(isSeen(line)).toBe(true);
      const said = execFileSync(shell, ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
      expect(said.split('\0').slice(0, -1)).toEqual(taken);
    }
  });
});
