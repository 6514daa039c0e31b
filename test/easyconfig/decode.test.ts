import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { decodeText } from '../../src/easyconfig/decode.ts';

const text = 'name: tiny\nversion: "é"\n';

function asIn(encoding: string, input = text): Buffer {
  return execFileSync('iconv', ['-f', 'UTF-8', '-t', encoding], { input });
}

test.each([
  ['UTF-16', 'UTF-16'],
  ['UTF-16LE', 'UTF-16'],
  ['UTF-16BE', 'UTF-16'],
  ['UTF-32', 'UTF-32'],
  ['UTF-32LE', 'UTF-32'],
  ['UTF-32BE', 'UTF-32'],
])('%s is named, with the command that makes UTF-8 of it', (encoding, said) => {
  const marked = ['UTF-16BE', 'UTF-32BE'].includes(encoding) ? [asIn(encoding, `\ufeff${text}`)] : [];
  for (const bytes of [asIn(encoding), ...marked]) {
    const decoded = decodeText(bytes);
    expect(decoded.fault).toBe(`is ${said}`);
    const [, from = ''] =
      /^save it as UTF-8: iconv -f (\S+) -t UTF-8$/.exec('hint' in decoded ? decoded.hint : '') ?? [];
    expect(execFileSync('iconv', ['-f', from, '-t', 'UTF-8'], { input: bytes, encoding: 'utf8' })).toBe(text);
  }
});

test('UTF-8 comes through, with a mark and without; a file of a few bytes too', () => {
  for (const each of [text, `\ufeff${text}`, '', 'a', 'a: b']) expect(decodeText(Buffer.from(each)).text).toBe(each);
});
