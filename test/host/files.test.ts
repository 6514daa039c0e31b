import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFileOnce } from '../../src/host/create-once.ts';
import * as files from '../../src/host/files.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import { asRoot } from '../harness/as-root.ts';
import { failure } from '../image/failure.ts';
import { onSmallFileSystem, withoutPrivileges } from './support.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-files-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const at = (...parts: string[]): string => join(root, ...parts);

/** An error as the system gives it. */
function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says it`), { code });
}

describe('fileError', () => {
  it.each([
    ['ENOSPC', 'no-space', 'no space left on the file system'],
    ['EDQUOT', 'no-space', 'your quota is used up'],
    ['Unknown system error -122', 'no-space', 'your quota is used up'],
    ['EROFS', 'prefix-not-writable', 'the file system is read-only'],
    ['EACCES', 'prefix-not-writable', 'permission denied'],
    ['EPERM', 'prefix-not-writable', 'permission denied'],
    ['EIO', 'filesystem', 'input/output error: the disk or the file system failed'],
    ['ESTALE', 'filesystem', 'stale file handle: the file server changed it meanwhile'],
    ['EWHATEVER', 'filesystem', 'EWHATEVER: as the system says it'],
  ])('%s is %s', (code, ours, why) => {
    const cause = systemError(code);
    const error = files.fileError(cause, 'write', '/a/b');
    expect(error).toMatchObject({ code: ours, message: `cannot write \`/a/b\`: ${why}`, cause });
    if (ours !== 'filesystem') expect(error.hint).toMatch(/--prefix/);
  });

  it('sends nobody to another prefix who could not read', () => {
    for (const action of ['read', 'list'])
      expect(files.fileError(systemError('EACCES'), action, '/a')).toMatchObject({
        code: 'filesystem',
        hint: 'ask its owner for read permission',
      });
  });

  it('names both paths of two, and hands on our own errors', () => {
    expect(files.fileError(systemError('EXDEV'), 'rename', '/a', '/b').message).toBe(
      'cannot rename `/a` to `/b`: the two lie on different file systems',
    );
    const ours = new CtinstallError('interrupted', 'interrupted');
    expect(files.fileError(ours, 'write', '/a')).toBe(ours);
    expect(files.fileError('thrown text', 'write', '/a').message).toBe('cannot write `/a`: thrown text');
  });
});

/** Each operation that may fail, on something below a directory that cannot be used. */
const writing: [string, (directory: string) => Promise<unknown>, string][] = [
  ['writeFileWhole', (directory) => files.writeFileWhole(`${directory}/new`, 'x', 0o644), 'new'],
  ['createFileOnce', (directory) => createFileOnce(`${directory}/new`, 'x'), 'new'],
  ['makeDirectory', (directory) => files.makeDirectory(`${directory}/new`), 'new'],
  ['rename', (directory) => files.rename(`${directory}/file`, `${directory}/new`), 'file'],
  ['linkOrCopy', (directory) => files.linkOrCopy(`${directory}/file`, `${directory}/new`), 'file'],
  ['removeFile', (directory) => files.removeFile(`${directory}/file`), 'file'],
  ['removeTree of a file', (directory) => files.removeTree(`${directory}/file`), 'file'],
  ['removeTree', (directory) => files.removeTree(`${directory}/sub`), 'sub'],
  ['removeEmptyDirectory', (directory) => files.removeEmptyDirectory(`${directory}/empty`), 'empty'],
];

function fill(directory: string): void {
  writeFileSync(`${directory}/file`, 'content');
  mkdirSync(`${directory}/sub`);
  writeFileSync(`${directory}/sub/file`, 'content');
  mkdirSync(`${directory}/empty`);
}

describe('without permission', () => {
  it.each(writing)('%s names the path', async (_, operation, name) => {
    mkdirSync(at('closed'));
    fill(at('closed'));
    chmodSync(at('closed'), 0o555);
    await withoutPrivileges(root, async () => {
      const error = await failure(operation(at('closed')));
      expect(error.code).toBe('prefix-not-writable');
      expect(error.message).toContain(`\`${at('closed', name)}\``);
      expect(error.message).toContain('permission denied');
    });
    chmodSync(at('closed'), 0o755);
    expect(readFileSync(at('closed/file'), 'utf8')).toBe('content');
  });

  it.each([
    ['readText', (path: string) => files.readText(path)],
    ['readTextIfThere', (path: string) => files.readTextIfThere(path)],
    ['listDirectory', (path: string) => files.listDirectory(path)],
  ])('%s names the path', async (_, operation) => {
    const path = at('secret');
    if (operation.toString().includes('list')) mkdirSync(path);
    else writeFileSync(path, 'x');
    chmodSync(path, 0);
    await withoutPrivileges(root, async () => {
      expect(await failure(operation(path))).toMatchObject({
        code: 'filesystem',
        hint: 'ask its owner for read permission',
      });
    });
    chmodSync(path, 0o700);
  });

  it.each([['realPath', (path: string) => files.realPath(path)]])('%s names the path', async (_, operation) => {
    mkdirSync(at('closed/sub'), { recursive: true });
    chmodSync(at('closed'), 0);
    await withoutPrivileges(root, async () => {
      expect((await failure(operation(at('closed/sub')))).message).toContain(at('closed/sub'));
    });
    chmodSync(at('closed'), 0o700);
  });
});

describe('on a file system', () => {
  it('that is read-only: every operation says so', async () => {
    await onSmallFileSystem(root, { size: '1m' }, async () => {
      fill(root);
      await files.syncDirectories([root]);
      asRoot('mount', '-o', 'remount,ro', root);
      for (const [name, operation, path] of writing) {
        const error = await failure(operation(root));
        expect([name, error.code]).toEqual([name, 'prefix-not-writable']);
        expect(error.message).toContain(`\`${at(path)}\``);
        expect(error.message).toContain('the file system is read-only');
      }
    });
  });

  it('that is full: nothing is left, and what was there stays', async () => {
    await onSmallFileSystem(root, { size: '256k' }, async () => {
      writeFileSync(at('old'), 'old');
      const error = await failure(files.writeFileWhole(at('old'), 'x'.repeat(1024 * 1024), 0o644));
      expect(error.code).toBe('no-space');
      expect(error.message).toContain(`\`${at('old')}\``);
      expect(readFileSync(at('old'), 'utf8')).toBe('old');
      // A lock must be had there too, to remove something.
      expect(await createFileOnce(at('lock'), 'x'.repeat(1024 * 1024))).toBe('');
      expect(readdirSync(root)).toEqual(['lock', 'old']);
    });
  });

  it('with no more inodes', async () => {
    await onSmallFileSystem(root, { size: '1m', options: ',nr_inodes=2' }, async () => {
      await files.makeDirectory(at('one'));
      expect(await failure(files.makeDirectory(at('two')))).toMatchObject({ code: 'no-space' });
    });
  });

  it('other than the target’s', async () => {
    mkdirSync(at('other'));
    writeFileSync(at('file'), 'x');
    await onSmallFileSystem(at('other'), { size: '1m' }, async () => {
      const error = await failure(files.rename(at('file'), at('other/file')));
      expect(error.message).toBe(
        `cannot rename \`${at('file')}\` to \`${at('other/file')}\`: the two lie on different file systems`,
      );
    });
  });
});

describe('reading', () => {
  it('tells what is not there from what cannot be read', async () => {
    expect(await files.readTextIfThere(at('none'))).toBeUndefined();
    expect(await files.readTextIfThere(at('none/below'))).toBeUndefined();
    writeFileSync(at('file'), 'é');
    expect(await files.readTextIfThere(at('file'))).toBe('é');
    expect(await files.readTextIfThere(at('file/below'))).toBeUndefined();
    expect(await failure(files.readText(at('none')))).toMatchObject({
      code: 'filesystem',
      message: `cannot read \`${at('none')}\`: no such file or directory`,
    });
    expect((await failure(files.readTextIfThere(root))).message).toContain('it is a directory');
    expect(await files.listDirectory(at('none'))).toEqual([]);
  });

  it('lists by name', async () => {
    for (const name of ['b', 'a', 'C', '.d']) writeFileSync(at(name), '');
    expect((await files.listDirectory(root)).map(({ name }) => name)).toEqual(['.d', 'C', 'a', 'b']);
  });

  it('knows files, directories and links that lead nowhere', async () => {
    writeFileSync(at('file'), '');
    symlinkSync('file', at('link'));
    symlinkSync('none', at('dangling'));
    expect(await files.isFile(at('link'))).toBe(true);
    expect(await files.isDirectory(at('link'))).toBe(false);
    expect(await files.statIfThere(at('dangling'))).toBeUndefined();
    expect((await files.lstatIfThere(at('dangling')))?.isSymbolicLink()).toBe(true);
    expect(await files.mayAccess(at('none'), 'read')).toBe(false);
    expect(await files.mayAccess(root, 'write')).toBe(true);
    expect(await files.realPath(at('link'))).toBe(await files.realPath(at('file')));
  });
});

describe('writing', () => {
  it('replaces a file whole, with the mode asked for', async () => {
    writeFileSync(at('file'), 'old', { mode: 0o600 });
    linkSync(at('file'), at('other name'));
    await files.writeFileWhole(at('file'), 'new', 0o755);
    expect(readFileSync(at('file'), 'utf8')).toBe('new');
    expect(readFileSync(at('other name'), 'utf8')).toBe('old');
    expect(statSync(at('file')).mode & 0o777).toBe(0o755 & ~process.umask());
    expect(readdirSync(root).toSorted()).toEqual(['file', 'other name']);
  });

  it('leaves nothing of a file that could not be renamed into place', async () => {
    mkdirSync(at('file'));
    expect((await failure(files.writeFileWhole(at('file'), 'x', 0o644))).message).toContain(at('file'));
    expect(readdirSync(root)).toEqual(['file']);
  });

  it('makes a directory with those above it, and does not mind one that is there', async () => {
    await files.makeDirectory(at('a/b/c'));
    await files.makeDirectory(at('a/b/c'));
    await Promise.all(['x/1', 'x/2', 'x/3'].map((path) => files.makeDirectory(at(path))));
    expect(readdirSync(at('x'))).toHaveLength(3);
    symlinkSync('a', at('link'));
    await files.makeDirectory(at('link/b/d'));
    await files.makeDirectory(at('link'));
    writeFileSync(at('file'), '');
    expect((await failure(files.makeDirectory(at('file')))).message).toContain('it is there already');
    expect((await failure(files.makeDirectory(at('file/x/y')))).message).toContain(
      `\`${at('file/x/y')}\`: part of the path is not a directory`,
    );
  });

  it('creates a file for one of many', async () => {
    const won = await Promise.all(Array.from({ length: 20 }, (_, index) => createFileOnce(at('lock'), String(index))));
    expect(won.filter((content) => content !== undefined)).toEqual([readFileSync(at('lock'), 'utf8')]);
    expect(won[Number(readFileSync(at('lock'), 'utf8'))]).toBeDefined();
    expect(readdirSync(root)).toEqual(['lock']);
  });
});

describe('removeTree', () => {
  it('removes a tree in which a program of a run that was killed still writes for a while', async () => {
    mkdirSync(at('tree'));
    const script = 'echo begun; end=$((SECONDS + 1)); i=0; while ((SECONDS < end)); do : >"$1/$((i++))"; done';
    const writer = spawn('bash', ['-c', script, 'bash', at('tree')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise((resolve) => writer.on('close', resolve));
    await new Promise((resolve) => writer.stdout.once('data', resolve));
    await files.removeTree(at('tree'));
    expect(readdirSync(root)).toEqual([]);
    await ended;
  });
});

describe('linkOrCopy', () => {
  it('gives a file a second name, in place of what has it', async () => {
    writeFileSync(at('file'), 'content');
    writeFileSync(at('kept'), 'other');
    await files.linkOrCopy(at('file'), at('kept'));
    expect(statSync(at('kept')).ino).toBe(statSync(at('file')).ino);
  });

  it('keeps a symbolic link as one', async () => {
    symlinkSync('/nowhere', at('link'));
    await files.linkOrCopy(at('link'), at('kept'));
    expect(lstatSync(at('kept')).isSymbolicLink()).toBe(true);
  });

  it('copies where there are no hard links', async () => {
    vi.spyOn(fs, 'link').mockRejectedValue(systemError('EPERM'));
    writeFileSync(at('file'), 'content', { mode: 0o640 });
    await files.linkOrCopy(at('file'), at('kept'));
    expect(readFileSync(at('kept'), 'utf8')).toBe('content');
    expect(Math.abs(statSync(at('kept')).mtimeMs - statSync(at('file')).mtimeMs)).toBeLessThan(1);
    expect(readdirSync(root).toSorted()).toEqual(['file', 'kept']);
  });

  it('never has half a copy under the name', async () => {
    vi.spyOn(fs, 'link').mockRejectedValue(systemError('ENOTSUP'));
    vi.spyOn(fs, 'cp').mockImplementation(async (_, to) => {
      writeFileSync(String(to), 'ha');
      throw systemError('ENOSPC');
    });
    writeFileSync(at('file'), 'half');
    expect((await failure(files.linkOrCopy(at('file'), at('kept')))).code).toBe('no-space');
    expect(existsSync(at('kept'))).toBe(false);
  });
});

describe('removing', () => {
  it('does not mind what is not there', async () => {
    await files.removeFile(at('none'));
    await files.removeTree(at('none'));
    expect(await files.removeEmptyDirectory(at('none'))).toBe(true);
  });

  it('removes an empty directory only', async () => {
    mkdirSync(at('full/empty'), { recursive: true });
    expect(await files.removeEmptyDirectory(at('full'))).toBe(false);
    expect(await files.removeEmptyDirectory(at('full/empty'))).toBe(true);
    expect(await files.removeEmptyDirectory(at('full'))).toBe(true);
    writeFileSync(at('file'), '');
    expect(await files.removeEmptyDirectory(at('file/x'))).toBe(true);
  });

  it('removes a tree with directories that are read-only, as the user', async () => {
    await withoutPrivileges(root, async () => {
      // Of several, some are still being removed where one was refused.
      for (let index = 0; index < 20; index += 1) {
        const top = `tree/${index}`;
        mkdirSync(at(top, 'a/b'), { recursive: true });
        writeFileSync(at(top, 'a/b/file'), '');
        mkdirSync(at(top, 'open/empty'), { recursive: true });
        for (const path of ['a/b', 'a', '']) chmodSync(at(top, path), index % 3 === 0 ? 0o555 : 0o755);
      }
      await files.removeTree(at('tree'));
      expect(existsSync(at('tree'))).toBe(false);
    });
  });

  it('removes a link, and changes nothing behind it', async () => {
    mkdirSync(at('behind'));
    writeFileSync(at('behind/file'), '');
    symlinkSync('behind', at('link'));
    await files.removeTree(at('link'));
    expect(existsSync(at('behind/file'))).toBe(true);
    await withoutPrivileges(root, async () => {
      mkdirSync(at('mine'), { mode: 0o750 });
      mkdirSync(at('closed'));
      symlinkSync(at('mine'), at('closed/link'));
      chmodSync(at('closed'), 0o555);
      expect((await failure(files.removeTree(at('closed/link')))).code).toBe('prefix-not-writable');
      expect(statSync(at('mine')).mode & 0o777).toBe(0o750 & ~process.umask());
      chmodSync(at('closed'), 0o755);
    });
  });
});
