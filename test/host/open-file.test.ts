import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyFileHashed } from '../../src/host/copy-file.ts';
import { withFileReader } from '../../src/host/file-reader.ts';
import { readText, readTextIfThere } from '../../src/host/files.ts';
import { hashFile } from '../../src/host/hash-file.ts';
import { readTexts } from '../../src/host/many-files.ts';
import { readTextNow, readWhole, whyUnfit } from '../../src/host/open-file.ts';
import { readFrom } from '../../src/host/read-from.ts';
import { failure } from '../image/failure.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-open-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('every reader refuses a FIFO and a device at once, by name', async () => {
  const [fifo, device] = [join(root, 'fifo'), join(root, 'device')];
  execFileSync('mkfifo', [fifo]);
  symlinkSync('/dev/zero', device);
  for (const [path, what] of [
    [fifo, 'a FIFO'],
    [device, 'a device'],
  ] as const) {
    const message = `cannot read \`${path}\`: it is ${what}, not a regular file`;
    for (const read of [readText, readTextIfThere, hashFile, readWhole])
      expect(await failure(read(path))).toMatchObject({ code: 'filesystem', message });
    expect((await failure(copyFileHashed(path, join(root, 'to'), { needsSha256: true, mode: 0o644 }))).message).toBe(
      message,
    );
    expect((await failure(withFileReader(path, async () => undefined))).message).toBe(message);
    expect(await readTexts([path])).toMatchObject([{ message }]);
    // The output of a job may be one.
    expect(await readFrom(path, 0)).toHaveLength(0);
  }
});

it('reads up to a bound, whatever size the file says it has; nothing of /dev/null', async () => {
  const path = join(root, 'file');
  writeFileSync(path, 'x'.repeat(100_000));
  for (const most of [100_000, 99_999]) {
    const fits = most === 100_000;
    const later = await readWhole(path, most).catch(whyUnfit);
    expect(fits ? String(later).length : later).toEqual(fits ? 100_000 : { kind: 'too-large' });
    if (fits) expect(readTextNow(path, most)).toBe('x'.repeat(100_000));
    else expect(() => readTextNow(path, most)).toThrow('it has more than 97.7 KiB');
  }
  // They say that they have no bytes.
  for (const proc of ['/proc/self/maps', '/proc/self/mountinfo']) {
    expect((await readWhole(proc)).length).toBeGreaterThan(100);
    expect(readTextNow(proc)?.length).toBeGreaterThan(100);
    expect(await readWhole(proc, 10).catch(whyUnfit)).toEqual({ kind: 'too-large' });
  }
  expect(await readText('/dev/null')).toBe('');
});
