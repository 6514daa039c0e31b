import type { PathLike } from 'node:fs';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeFileWhole } from '../../src/host/files.ts';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { placesOf } from '../../src/plan/places.ts';
import type { PublishStep } from '../../src/plan/steps/publish.ts';
import { hasUserSoftware, hasVenv, isUserSoftware } from '../../src/records/user-software.ts';
import { commitPublish } from '../../src/transaction/journal.ts';
import { publish, undoPublish } from '../../src/transaction/publish.ts';
import { describeTree, writeTree } from '../apply/support.ts';
import { failure } from '../image/failure.ts';

let root: string;
let places: ReturnType<typeof placesOf>;
let step: PublishStep;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-publish-'));
  places = placesOf(asPrefix(hostPath(root)), 'demo', '1.0');
  step = { kind: 'publish', from: places.staging, to: places.installDir, modulefile: places.modulefile };
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

const renameReally = fs.rename;

const staged = {
  'demo.sif': 'new image',
  'bin/one': 'new',
  'bin/two': 'added',
  '.ctinstall/record.json': 'new',
  'user-software/venv/x': 'new',
};
const old = {
  'demo.sif': 'old image',
  'bin/one': 'old',
  'bin/gone': 'old',
  '.ctinstall/record.json': 'old',
  'notes.txt': 'user',
};

/** The install dir and the modulefiles: what users see. */
function seen(): Record<string, string> {
  return {
    ...describeTree(places.installDir),
    module: existsSync(places.modulefile) ? readFileSync(places.modulefile, 'utf8') : 'none',
  };
}

function files(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const path of Object.keys(describeTree(places.installDir)))
    if (!path.endsWith('/')) found[path] = readFileSync(join(places.installDir, path), 'utf8');
  return found;
}

function stage(): void {
  writeTree(places.staging, staged);
}

function installOld(more: Record<string, string> = {}): void {
  writeTree(places.installDir, { ...old, ...more });
  writeTree(root, { 'modules/demo/1.0.lua': 'old module' });
}

describe('publishing where nothing was', () => {
  it('moves the whole directory', async () => {
    stage();
    const inode = statSync(places.staging).ino;
    await publish(step, places.retired);
    expect(statSync(places.installDir).ino).toBe(inode);
    expect(files()).toEqual(staged);
    await commitPublish(places.retired);
    await undoPublish(places.retired);
    expect(files()).toEqual(staged);
    expect(existsSync(places.retired)).toBe(false);
  });

  it('is undone wholly, but for user software that was put there since', async () => {
    const mine = { 'user-software/venv/mine': 'mine', 'user-software.squashfs': 'packed' };
    for (const since of [{}, mine]) {
      stage();
      await publish(step, places.retired);
      writeTree(root, { 'modules/demo/1.0.lua': 'a new module' });
      writeTree(places.installDir, since);
      await undoPublish(places.retired);
      expect(existsSync(places.modulefile)).toBe(false);
      expect(existsSync(places.retired)).toBe(false);
      expect(files()).toEqual(since);
      if (since !== mine) expect(existsSync(places.installDir)).toBe(false);
    }
  });

  it('is undone where a directory of the user software is closed', async () => {
    stage();
    chmodSync(join(places.staging, 'user-software/venv'), 0o500);
    await publish(step, places.retired);
    await undoPublish(places.retired);
    expect(existsSync(places.installDir)).toBe(false);
  });
});

describe('publishing over an install', () => {
  it('replaces, adds, and leaves the rest', async () => {
    installOld();
    stage();
    await publish(step, places.retired);
    expect(files()).toEqual({ ...old, ...staged });
  });

  it('never touches user software, in any form', async () => {
    const own = {
      'user-software/venv/x': 'mine',
      'user-software/other': 'mine',
      'user-software.squashfs': 'packed',
      'user-software.replaced-1/x': 'kept',
    };
    installOld(own);
    stage();
    writeTree(places.staging, { 'user-software.squashfs': 'never' });
    const inode = statSync(join(places.installDir, 'user-software')).ino;
    await publish(step, places.retired);
    expect(files()).toEqual({ ...old, ...staged, ...own });
    expect(statSync(join(places.installDir, 'user-software')).ino).toBe(inode);
    await undoPublish(places.retired);
    expect(files()).toEqual({ ...old, ...own });
  });

  it('is undone but for what came into its user software since, or was never published', async () => {
    installOld({ 'user-software/other': 'mine' });
    stage();
    await publish(step, places.retired);
    writeTree(places.installDir, { 'user-software/venv/mine': 'mine' });
    await undoPublish(places.retired);
    const kept = { ...old, 'user-software/other': 'mine', 'user-software/venv/mine': 'mine' };
    expect(files()).toEqual(kept);
    rmSync(join(places.installDir, 'user-software/venv'), { recursive: true });
    writeTree(places.staging, staged);
    vi.spyOn(fs, 'rename').mockImplementation(async (from: PathLike, to: PathLike) => {
      if (String(from).endsWith('/user-software/venv')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      await renameReally(from, to);
    });
    await expect(publish(step, places.retired)).rejects.toThrow();
    writeTree(places.installDir, { 'user-software/venv/x': 'mine' });
    await undoPublish(places.retired);
    expect(files()).toEqual({ ...old, 'user-software/other': 'mine', 'user-software/venv/x': 'mine' });
  });

  it('moves a directory that nobody may write to, and puts it away again', async () => {
    installOld();
    stage();
    writeTree(places.staging, { 'share/closed/file': 'new' });
    chmodSync(join(places.staging, 'share/closed'), 0o555);
    writeTree(places.installDir, { 'share/x': 'old' });
    await publish(step, places.retired);
    expect(statSync(join(places.installDir, 'share/closed')).mode & 0o777).toBe(0o555);
    await undoPublish(places.retired);
    expect(files()).toEqual({ ...old, 'share/x': 'old' });
  });

  it('is undone: the tree equals the one before', async () => {
    installOld({ 'user-software/mine': 'mine' });
    symlinkSync('one', join(places.installDir, 'bin/link'));
    const before = seen();
    stage();
    symlinkSync('two', join(places.staging, 'bin/link'));
    await publish(step, places.retired);
    await writeFileWhole(places.modulefile, 'new module', 0o644);
    expect(seen()).not.toEqual(before);
    await undoPublish(places.retired);
    expect(seen()).toEqual(before);
    expect(existsSync(places.retired)).toBe(false);
    await undoPublish(places.retired);
    expect(seen()).toEqual(before);
  });

  it('has every file there at every moment, and keeps an old one for who has it open', async () => {
    installOld();
    stage();
    const opened = openSync(join(places.installDir, 'demo.sif'), 'r');
    const real = fs.rename;
    const missing: string[] = [];
    vi.spyOn(fs, 'rename').mockImplementation(async (from: PathLike, to: PathLike) => {
      for (const path of Object.keys(old)) if (!existsSync(join(places.installDir, path))) missing.push(path);
      await real(from, to);
    });
    await publish(step, places.retired);
    await undoPublish(places.retired);
    expect(missing).toEqual([]);
    expect(readFileSync(opened, 'utf8')).toBe('old image');
    closeSync(opened);
  });

  it('cannot be undone once it is final', async () => {
    installOld();
    stage();
    await publish(step, places.retired, { leftovers: ['bin/gone', 'notes.txt'] });
    await commitPublish(places.retired);
    const { 'bin/gone': _gone, 'notes.txt': _notes, ...rest } = old;
    expect(files()).toEqual({ ...old, ...staged });
    await undoPublish(places.retired);
    expect(files()).toEqual({ ...rest, ...staged });
    expect(existsSync(places.retired)).toBe(false);
  });

  it('is undone from a journal alone, whatever it had done: each rename may be the last', async () => {
    installOld({ 'user-software/mine': 'mine' });
    const before = seen();
    for (let last = 0; ; last += 1) {
      rmSync(places.staging, { recursive: true, force: true });
      stage();
      let count = 0;
      const real = fs.rename;
      const spy = vi.spyOn(fs, 'rename').mockImplementation(async (from: PathLike, to: PathLike) => {
        if (count === last) throw Object.assign(new Error('EIO'), { code: 'EIO' });
        count += 1;
        await real(from, to);
      });
      const isDone = await publish(step, places.retired).then(
        () => true,
        () => false,
      );
      spy.mockRestore();
      await undoPublish(places.retired);
      expect(seen()).toEqual(before);
      if (isDone) break;
    }
  });

  it('is undone where the file system has no hard links', async () => {
    vi.spyOn(fs, 'link').mockRejectedValue(Object.assign(new Error('EPERM'), { code: 'EPERM' }));
    installOld();
    const before = seen();
    stage();
    await publish(step, places.retired);
    await undoPublish(places.retired);
    expect(seen()).toEqual(before);
  });

  it('refuses where a directory stands in the way of a file, or a file of a directory, and changes nothing', async () => {
    for (const [there, inTheWay] of [
      ['demo.sif/x', 'demo.sif'],
      ['bin', 'bin'],
    ] as const) {
      writeTree(places.installDir, { [there]: 'the user’s', 'runscripts/x': 'old' });
      const before = seen();
      stage();
      writeTree(places.staging, { 'runscripts/x': 'new' });
      const error = await failure(publish(step, places.retired));
      expect(error.message).toContain(`\`${join(places.installDir, inTheWay)}\` is in the way`);
      await undoPublish(places.retired);
      expect(seen()).toEqual(before);
      rmSync(places.installDir, { recursive: true });
    }
  });

  it('works, and is undone, where the install dir is a link to another place', async () => {
    installOld();
    mkdirSync(join(root, 'elsewhere'));
    renameSync(places.installDir, join(root, 'elsewhere/demo'));
    symlinkSync(join(root, 'elsewhere/demo'), places.installDir);
    const before = describeTree(join(root, 'elsewhere'));
    stage();
    await publish(step, places.retired);
    expect(readFileSync(join(root, 'elsewhere/demo/demo.sif'), 'utf8')).toBe('new image');
    await undoPublish(places.retired);
    expect(describeTree(join(root, 'elsewhere'))).toEqual(before);
    expect(lstatSync(places.installDir).isSymbolicLink()).toBe(true);
  });
});

describe('a journal', () => {
  it.each([
    ['torn', '{"installDir":'],
    ['of another form', '{}'],
    ['that leads outside', (path: string) => readFileSync(path, 'utf8').replace('"demo.sif"', '"../../escape"')],
    ['of another install', (path: string) => readFileSync(path, 'utf8').replaceAll('/demo/1.0', '/other/1.0')],
  ])('%s is refused, and what was replaced is kept', async (_, text) => {
    installOld();
    stage();
    await publish(step, places.retired);
    const journal = join(places.retired, 'journal.json');
    writeFileSync(journal, typeof text === 'string' ? text : text(journal));
    const error = await failure(undoPublish(places.retired));
    expect(error.code).toBe('filesystem');
    expect(error.message).toContain(`\`${places.retired}\``);
    expect(readFileSync(join(places.retired, 'files/demo.sif'), 'utf8')).toBe('old image');
    expect(readFileSync(join(places.retired, 'modulefile'), 'utf8')).toBe('old module');
  });

  it('that could not be read again is never written', async () => {
    installOld();
    const before = seen();
    stage();
    await expect(publish(step, places.retired, { leftovers: ['../x'] })).rejects.toThrow();
    expect(seen()).toEqual(before);
  });

  it('that is not there means that nothing was changed', async () => {
    writeTree(places.retired, { 'files/demo.sif': 'x' });
    installOld();
    const before = seen();
    await undoPublish(places.retired);
    expect(seen()).toEqual(before);
    expect(existsSync(places.retired)).toBe(false);
  });
});

describe('user software', () => {
  it('is known by its name', () => {
    for (const path of ['user-software', 'user-software/venv/x', 'user-software.squashfs', 'user-software.replaced-1'])
      expect(isUserSoftware(path)).toBe(true);
    for (const path of ['bin/user-software', 'demo.sif', '.ctinstall/user-software.lineage'])
      expect(isUserSoftware(path)).toBe(false);
  });

  it('is there in either form, a dangling link included', async () => {
    mkdirSync(places.installDir, { recursive: true });
    expect(await hasUserSoftware(places.installDir)).toBe(false);
    symlinkSync('/nowhere', join(places.installDir, 'user-software'));
    expect(await hasUserSoftware(places.installDir)).toBe(true);
    expect(await hasVenv(places.installDir, 'torch')).toBe(false);
    rmSync(join(places.installDir, 'user-software'));
    writeTree(places.installDir, { 'user-software/venv/torch/bin/python': '' });
    expect(await hasVenv(places.installDir, 'torch')).toBe(true);
    expect(await hasVenv(places.installDir, 'other')).toBe(false);
    writeTree(places.installDir, { 'user-software.squashfs': '' });
    expect(await hasVenv(places.installDir, 'other')).toBe(true);
  });
});

it('an install keeps the second names that others have given its files', async () => {
  installOld();
  linkSync(join(places.installDir, 'demo.sif'), join(root, 'mine.sif'));
  stage();
  await publish(step, places.retired);
  expect(readFileSync(join(root, 'mine.sif'), 'utf8')).toBe('old image');
});
