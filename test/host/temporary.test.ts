import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withTemporaryDirectory, writeTree } from '../../src/host/temporary.ts';
import { CtinstallError } from '../../src/lib/errors.ts';

function makeParent(): string {
  const parent = mkdtempSync(join(tmpdir(), 'ctinstall-temporary-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return parent;
}

describe('a temporary directory', () => {
  it('is gone afterwards, with all that is in it, whatever happens', async () => {
    const parent = makeParent();
    // `TMPDIR` may be relative.
    const made = await withTemporaryDirectory(relative(process.cwd(), parent), async (directory) => {
      await writeTree(directory, { directories: ['a/b'], empty: [], copies: [] });
      return directory;
    });
    expect(made.startsWith(`${parent}/`)).toBe(true);
    const failing = withTemporaryDirectory(parent, () => Promise.reject(new Error('mine')));
    await expect(failing).rejects.toThrow('mine');
    expect([existsSync(made), readdirSync(parent)]).toEqual([false, []]);
  });

  it('where none can be made is an error that names the place', async () => {
    const failing = withTemporaryDirectory('/proc', async () => undefined);
    await expect(failing).rejects.toThrow(CtinstallError);
    await expect(failing).rejects.toThrow('cannot write to `/proc`');
  });
});

describe('a tree', () => {
  it('can be read by everybody, also in the session of a user who shares nothing', async () => {
    const root = join(makeParent(), 'root');
    const before = process.umask(0o077);
    try {
      await writeTree(root, { directories: ['var/tmp'], empty: ['etc/passwd'], copies: ['/bin/cat'] });
    } finally {
      process.umask(before);
    }
    const modes = ['', 'var', 'var/tmp', 'etc', 'etc/passwd', 'bin', 'bin/cat'].map((path) => [
      path,
      (statSync(join(root, path)).mode & 0o777).toString(8),
    ]);
    expect(modes.filter(([, mode]) => mode !== '755')).toEqual([['etc/passwd', '644']]);
  });
});
