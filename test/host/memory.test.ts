import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isFileIn, listKinds } from '../../src/host/list-kinds.ts';
import { readFileStates } from '../../src/host/many-files.ts';
import { type Memory, readMemory } from '../../src/host/memory.ts';
import { hostPath } from '../../src/lib/paths.ts';

let root: string;
let place: { file: ReturnType<typeof hostPath>; about: string };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-memory-'));
  place = { file: hostPath(join(root, 'cache/memory.json')), about: 'a test' };
});
afterEach(() => rmSync(root, { recursive: true }));

/** All that was written until now was written long ago. */
const later = () => Date.now() + 60_000;

async function stateOf(path: string) {
  const [state] = await readFileStates([path]);
  if (state === undefined) throw new Error(`there is no ${path}`);
  return state;
}

async function noted(path: string, found: object, now = later()): Promise<Memory> {
  const memory = await readMemory(place, now);
  memory.note(path, await stateOf(path), found);
  await memory.save();
  return readMemory(place, later());
}

describe('a memory', () => {
  it('recalls what was found, in the state of then only', async () => {
    const path = join(root, 'file');
    writeFileSync(path, 'one');
    const memory = await noted(path, { says: 'one' });
    expect(memory.recall(path, await stateOf(path))).toEqual({ says: 'one' });
    expect(memory.recall(`${path}2`, await stateOf(path))).toBeUndefined();
    // As long, but another file under that name.
    writeFileSync(`${path}.part`, 'two');
    renameSync(`${path}.part`, path);
    expect(memory.recall(path, await stateOf(path))).toBeUndefined();
  });

  it('keeps nothing of what was changed just now: a further change might not show', async () => {
    const path = join(root, 'file');
    writeFileSync(path, 'one');
    const memory = await noted(path, { says: 'one' }, Date.now());
    expect(memory.recall(path, await stateOf(path))).toBeUndefined();
  });

  it('is written where something is new only, and for its user alone', async () => {
    const path = join(root, 'file');
    writeFileSync(path, 'one');
    const memory = await noted(path, { says: 'one' });
    expect(statSync(place.file).mode & 0o777).toBe(0o600);
    memory.recall(path, await stateOf(path));
    rmSync(place.file);
    await memory.save();
    expect(() => statSync(place.file)).toThrow('ENOENT');
  });

  it('forgets what was not asked for', async () => {
    for (const name of ['a', 'b']) writeFileSync(join(root, name), name);
    await noted(join(root, 'a'), { says: 'a' });
    const memory = await noted(join(root, 'b'), { says: 'b' });
    expect(memory.recall(join(root, 'a'), await stateOf(join(root, 'a')))).toBeUndefined();
    expect(memory.recall(join(root, 'b'), await stateOf(join(root, 'b')))).toEqual({ says: 'b' });
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -20)],
    ['empty', () => ''],
    ['of something else', (text: string) => text.replace('a test', 'another')],
    ['of another form', (text: string) => text.replace('"known":{', '"known":{"/x":7,')],
    ['a list', () => '[]'],
  ])('is as good as none where it is %s', async (_, change) => {
    const path = join(root, 'file');
    writeFileSync(path, 'one');
    await noted(path, { says: 'one' });
    writeFileSync(place.file, change(readFileSync(place.file, 'utf8')));
    const memory = await readMemory(place, later());
    expect(memory.recall(path, await stateOf(path))).toBeUndefined();
  });

  it('is done without where it cannot be written', async () => {
    writeFileSync(join(root, 'cache'), 'no directory');
    const path = join(root, 'file');
    writeFileSync(path, 'one');
    const memory = await noted(path, { says: 'one' });
    expect(memory.recall(path, await stateOf(path))).toBeUndefined();
  });
});

describe('listKinds', () => {
  const directory = () => join(root, 'directory');
  beforeEach(() => {
    mkdirSync(join(directory(), 'd'), { recursive: true });
    writeFileSync(join(directory(), 'f'), '');
    symlinkSync('f', join(directory(), 'l'));
  });

  async function list(memory: Memory | undefined): Promise<unknown> {
    const [kinds] = await listKinds([directory()], { memory });
    return Array.isArray(kinds) ? kinds.toSorted() : kinds;
  }

  it('gives what it finds, and with a memory the same', async () => {
    expect(await list(undefined)).toEqual(['dd', 'ff', 'll']);
    const first = await readMemory(place, later());
    expect(await list(first)).toEqual(['dd', 'ff', 'll']);
    await first.save();
    expect(readFileSync(place.file, 'utf8')).toContain('"ff"');
    expect(await list(await readMemory(place, later()))).toEqual(['dd', 'ff', 'll']);
  });

  it('sees each change of what it remembers', async () => {
    const changes: [() => void, string[]][] = [
      [() => writeFileSync(join(directory(), 'new'), ''), ['dd', 'ff', 'fnew', 'll']],
      [() => rmSync(join(directory(), 'new')), ['dd', 'ff', 'll']],
      [() => renameSync(join(directory(), 'f'), join(directory(), 'g')), ['dd', 'fg', 'll']],
      [
        () => {
          rmSync(join(directory(), 'g'));
          mkdirSync(join(directory(), 'g'));
        },
        ['dd', 'dg', 'll'],
      ],
    ];
    for (const [change, found] of changes) {
      const memory = await readMemory(place, later());
      await list(memory);
      await memory.save();
      change();
      expect(await list(await readMemory(place, later()))).toEqual(found);
    }
  });

  it('finds nothing where there is no directory, and says what cannot be listed', async () => {
    const memory = await readMemory(place, later());
    await list(memory);
    await memory.save();
    rmSync(directory(), { recursive: true });
    expect(await list(await readMemory(place, later()))).toEqual([]);
    writeFileSync(directory(), '');
    expect(await list(await readMemory(place, later()))).toEqual([]);
    rmSync(directory());
    mkdirSync(directory());
    chmodSync(directory(), 0);
    if (process.getuid?.() !== 0) expect(await list(await readMemory(place, later()))).toBeInstanceOf(Error);
  });
});

describe('isFileIn', () => {
  it.each([
    ['f', true],
    ['d', false],
    ['l', 'unknown'],
    ['o', 'unknown'],
    ['none', false],
    ['d/f', 'unknown'],
  ] as const)('%s: %s', (name, found) => {
    expect(isFileIn(['ff', 'dd', 'll', '?o'], name)).toBe(found);
  });

  it('knows nothing of what was not listed', () => {
    expect(isFileIn(undefined, 'f')).toBe('unknown');
  });
});
