import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hostPath } from '../../../src/lib/paths.ts';
import { placeholderOfSha256, writeLateText } from '../../../src/operations/build/late-text.ts';
import { failure } from '../../image/failure.ts';

test('a text takes the place of its placeholder, also across the pieces that are read', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ctinstall-late-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = hostPath(join(directory, 'file'));
  const placeholder = placeholderOfSha256();
  const text = 'a'.repeat(64);
  const piece = 4 * 1024 * 1024;
  const parts = ['x'.repeat(100), 'y'.repeat(piece - 30), placeholder, 'z'.repeat(5), placeholder, 'end'];
  writeFileSync(file, parts.join(''));
  await writeLateText(file, { placeholder, text, count: 2, from: 100 });
  const written = readFileSync(file, 'utf8');
  expect(written === parts.map((part) => (part === placeholder ? text : part)).join('')).toBe(true);
  const gone = await failure(writeLateText(file, { placeholder, text, count: 2, from: 100 }));
  expect(gone).toMatchObject({ code: 'command-failed' });
});
