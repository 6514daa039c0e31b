import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hostPath } from '../../../src/lib/paths.ts';
import { keepLog, removeLog } from '../../../src/operations/build/failed-log.ts';

test('a log takes the place of an earlier one, is removed, and leaves alone what the user has there', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ctinstall-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const log = hostPath(join(directory, 'my.sif.log'));
  await keepLog(log, 'first');
  expect(await keepLog(log, 'second')).toBe(log);
  expect(readFileSync(log, 'utf8')).toMatch(/^# ctinstall build: .*\nsecond$/);
  await removeLog(log);
  await removeLog(log);
  expect(readdirSync(directory)).toEqual([]);

  writeFileSync(log, 'mine');
  expect(await keepLog(log, 'third')).toBe(`${log}.1`);
  expect(await keepLog(log, 'fourth')).toBe(`${log}.1`);
  await removeLog(log);
  expect(readdirSync(directory).sort()).toEqual(['my.sif.log', 'my.sif.log.1']);
  expect(readFileSync(log, 'utf8')).toBe('mine');
});
