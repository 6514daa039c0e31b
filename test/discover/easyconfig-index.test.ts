import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type EasyconfigIndex,
  isSettled,
  parseIndex,
  parseRow,
  readIndex,
  renderIndex,
  renderRow,
  writeIndex,
} from '../../src/discover/easyconfig-index.ts';
import { hostPath } from '../../src/lib/paths.ts';

const state = { isFile: true, size: 12, mtimeMs: 1795229946505.3413, ctimeMs: 1795229946510.553, inode: 77 };
const summary = { name: 'a', version: '1', versionsuffix: '', about: 'A "b"\\', words: 'a/1 a-1.yaml é\u2028' };
const path = hostPath('/e/a-1.yaml');
const broken = hostPath('/e/b\n-1.yaml');
const rows = [
  { path, state, line: renderRow({ summary, fault: undefined }) },
  { path: broken, state: { ...state, inode: 78 }, line: renderRow({ summary: undefined, fault: 'why' }) },
];
const tool = '0.1.0 123.5';
const bytes = (): Buffer => Buffer.from(renderIndex(rows, tool));

/** What an index has of a file; empty where it has nothing. */
function lineIn(index: EasyconfigIndex | undefined, ...[at, of]: Parameters<EasyconfigIndex['find']>): string {
  const row = index?.find(at, of);
  return row === undefined ? '' : (index?.lineOf(row) ?? '');
}

/** The index with another content and the right sum of it. */
function forge(change: (content: string) => string): Buffer {
  const text = bytes().toString();
  const content = change(text.slice(text.indexOf('\n') + 1));
  return Buffer.from(`{"sha256":"${createHash('sha256').update(content).digest('hex')}",\n${content}`);
}

describe('the text of an index', () => {
  it('is JSON, and gives back what was put in', () => {
    expect(JSON.parse(bytes().toString())).toMatchObject({ tool, paths: [path, broken] });
    const index = parseIndex(bytes(), tool);
    expect(index?.size).toBe(2);
    expect(parseRow(lineIn(index, path, state))).toEqual({ summary, fault: undefined });
    expect(parseRow(lineIn(index, broken, { ...state, inode: 78 }))).toEqual({ summary: undefined, fault: 'why' });
  });

  it('finds the rows that say a word, and those that are faulty', () => {
    const index = parseIndex(bytes(), tool);
    const foundBy = (word: string): boolean[] => [0, 1].map((row) => index?.findRows(word).has(row) === true);
    expect(foundBy('a-1.yaml é')).toEqual([true, true]);
    expect(foundBy('zzz')).toEqual([false, true]);
    expect(foundBy('')).toEqual([true, true]);
    const many = [0, 1, 2, 3].map((at) => ({
      path: hostPath(`/e/${at}`),
      state,
      line: renderRow({ summary: { ...summary, words: at % 2 === 0 ? 'even even' : 'odd' }, fault: undefined }),
    }));
    const sound = parseIndex(Buffer.from(renderIndex(many, tool)), tool);
    expect([0, 1, 2, 3].map((row) => sound?.findRows('even').has(row))).toEqual([true, false, true, false]);
    expect([0, 1, 2, 3].map((row) => sound?.lineOf(row))).toEqual(many.map(({ line }) => line));
  });

  it('knows what is in a directory as long as that is in the same state', () => {
    const directory = {
      path: hostPath('/e'),
      state,
      easyconfigs: ['a-1.yaml', 'b\n-1.yaml'],
      directories: ['c', 'd'],
      recipes: ['e'],
    };
    const empty = { ...directory, path: hostPath('/e/c'), easyconfigs: [], directories: [], recipes: [] };
    const index = parseIndex(Buffer.from(renderIndex(rows, tool, [directory, empty])), tool);
    const { easyconfigs, directories, recipes } = directory;
    expect(index?.list(directory.path, state)).toEqual({ easyconfigs, directories, recipes });
    expect(index?.list(empty.path, state)).toEqual({ easyconfigs: [], directories: [], recipes: [] });
    expect(index?.list(directory.path, { ...state, mtimeMs: 1 })).toBeUndefined();
    expect(index?.list(hostPath('/f'), state)).toBeUndefined();
    expect(lineIn(index, path, state)).toBe(rows[0]?.line);
  });

  it('may be of no easyconfigs', () => {
    expect(parseIndex(Buffer.from(renderIndex([], tool)), tool)?.size).toBe(0);
  });

  it.each(['size', 'mtimeMs', 'ctimeMs', 'inode'] as const)('knows a file only in the same state: %s', (key) => {
    const index = parseIndex(bytes(), tool);
    expect(index?.find(path, { ...state, [key]: state[key] + 0.25 })).toBeUndefined();
    expect(index?.find(hostPath('/e/c-1.yaml'), state)).toBeUndefined();
  });

  it('is nothing where another build wrote it, or one byte of it is missing or another', () => {
    expect(parseIndex(bytes(), '0.1.0 124')).toBeUndefined();
    const whole = bytes();
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (whole[at] ?? 0) ^ 1;
      expect([at, parseIndex(flipped, tool)]).toEqual([at, undefined]);
      expect([at, parseIndex(whole.subarray(0, at), tool)]).toEqual([at, undefined]);
    }
  });

  it.each([
    ['no list of paths', (text: string) => text.replace(/"paths":.*/, '"paths":{},')],
    ['a path that is none', (text: string) => text.replace('"/e/a-1.yaml"', '1')],
    ['states that are none', (text: string) => text.replace(/"states":.*/, '"states":["x"],')],
    ['too few states', (text: string) => text.replace(/"states":.*/, '"states":[1,2],')],
    ['directories without entries', (text: string) => text.replace(/"directories":.*/, '"directories":["/e"],')],
    ['nested without end', (text: string) => text.replace(/"paths":.*/, `"paths":${'['.repeat(1e6)},`)],
    ['nothing but its tool', (text: string) => text.slice(0, text.indexOf('\n') + 1)],
  ])('is nothing where it has the right sum but %s', (_, change) => {
    expect(parseIndex(forge(change), tool)).toBeUndefined();
  });

  it('has rows that are looked at one by one', () => {
    for (const line of [
      '',
      '{',
      'null',
      '[]',
      '{"summary":{"name":1}}',
      '{"fault":[]}',
      '{"fault":"x","summary":null}',
      `${'['.repeat(1e6)}`,
    ])
      expect(parseRow(line)).toBeUndefined();
    const short = parseIndex(
      forge((text) => text.slice(0, text.indexOf('{"summary'))),
      tool,
    );
    expect(parseRow(lineIn(short, path, state))).toBeUndefined();
  });
});

describe('isSettled', () => {
  it.each([
    [1_000_000.25, 1_000_040, false],
    [1_000_000.25, 1_000_060, true],
    [1_000_000, 1_001_999, false],
    [1_000_000, 1_002_001, true],
    [1_000_500.5, 1_000_000, false],
    [Number.POSITIVE_INFINITY, 1_000_000, false],
  ])('a file that was changed at %d is not, or is, at %d', (ctimeMs, now, expected) => {
    expect(isSettled({ ...state, ctimeMs }, now)).toBe(expected);
  });
});

describe('the file of an index', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ctinstall-index-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const place = (file = 'cache/ctinstall/x.json') => ({ file: hostPath(file, root), tool });

  it('is written whole, for this user only, and read again', async () => {
    await Promise.all([writeIndex(place(), rows), writeIndex(place(), rows), writeIndex(place(), rows)]);
    expect(lineIn(await readIndex(place()), path, state)).toBe(rows[0]?.line);
    expect(statSync(place().file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(root, 'cache/ctinstall'))).toEqual(['x.json']);
  });

  it('need not be there, nor be a file, nor be writable', async () => {
    writeFileSync(join(root, 'file'), '');
    mkdirSync(join(root, 'directory'));
    execFileSync('mkfifo', [join(root, 'fifo')]);
    for (const file of ['missing', 'file', 'file/below', 'directory', 'fifo', '/proc/self/mem', '/dev/zero'])
      expect((await readIndex(place(file))).size).toBe(0);
    for (const file of ['file/below/x.json', 'directory', '/proc/none/x.json'])
      expect(await writeIndex(place(file), rows)).toBeUndefined();
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('');
  });
});
