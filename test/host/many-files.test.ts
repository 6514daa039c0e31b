import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forMany, listDirectories, readFileStates, readTexts, readTextsIfThere } from '../../src/host/many-files.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import { failure } from '../image/failure.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-many-'));
  for (const name of ['a', 'b']) writeFileSync(join(root, name), `text of ${name}`);
  symlinkSync('itself', join(root, 'itself'));
});
afterEach(() => rmSync(root, { recursive: true }));
const at = (...names: string[]): string[] => names.map((name) => join(root, name));

describe('for many files', () => {
  it('what cannot be read comes back in its place', async () => {
    const [a, missing, directory, itself, b] = await readTexts(at('a', 'missing', '.', 'itself', 'b'));
    expect([a, b]).toEqual(['text of a', 'text of b']);
    for (const error of [missing, directory, itself]) expect(error).toBeInstanceOf(CtinstallError);
    expect(directory).toMatchObject({ message: `cannot read \`${root}\`: it is a directory` });
    const [none, notBelow, link] = await readTextsIfThere(at('missing', 'a/below', 'itself'));
    expect([none, notBelow]).toEqual([undefined, undefined]);
    expect(link).toBeInstanceOf(CtinstallError);
  });

  it('states are of what a link leads to', async () => {
    symlinkSync('a', join(root, 'link'));
    const [a, link, directory, ...none] = await readFileStates(at('a', 'link', '.', 'missing', 'itself'));
    expect(a).toMatchObject({ isFile: true, size: 9 });
    expect(link).toEqual(a);
    expect(directory?.isFile).toBe(false);
    expect(none).toEqual([undefined, undefined]);
  });

  it('directories that are not there are empty, others are named', async () => {
    const [here, missing, itself] = await listDirectories(at('.', 'missing', 'itself'));
    expect(Array.isArray(here) && here.map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'itself']);
    expect(missing).toEqual([]);
    expect(itself).toBeInstanceOf(CtinstallError);
  });
});

describe('forMany', () => {
  const paths = Array.from({ length: 500 }, (_, index) => String(index));
  const never = (): never => {
    throw new Error('this way was not to be taken');
  };
  const slowly = (path: string): string => {
    for (const ended = performance.now() + 1; performance.now() < ended; );
    return path;
  };

  it('waits for nothing while each is fast', async () => {
    expect(await forMany(paths.slice(0, 64), undefined, { now: (path) => path, later: never })).toEqual(
      paths.slice(0, 64),
    );
  });

  it('goes on with several at once where they are slow, in their order', async () => {
    let [blocked, running, most] = [0, 0, 0];
    const now = (path: string): string => {
      blocked += 1;
      return slowly(path);
    };
    const later = async (path: string): Promise<string> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return path;
    };
    expect(await forMany(paths, undefined, { now, later })).toEqual(paths);
    expect(blocked).toBe(64);
    expect(most).toBe(16);
  });

  it('stops when it is asked to, either way', async () => {
    const stop = new AbortController();
    setImmediate(() => stop.abort());
    const later = (path: string): Promise<string> => new Promise((done) => setImmediate(() => done(path)));
    expect((await failure(forMany(paths, stop.signal, { now: slowly, later }))).code).toBe('interrupted');
    const now = (path: string): string => path;
    const endless = { length: 1e9, slice: () => paths.slice(0, 64) } as unknown as readonly string[];
    expect((await failure(forMany(endless, stop.signal, { now, later }))).code).toBe('interrupted');
  });
});
