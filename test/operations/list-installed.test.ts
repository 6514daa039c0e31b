import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { listInstalled } from '../../src/operations/installed/list-installed.ts';
import { sha256Of } from '../../src/records/record.ts';
import { writeTree } from '../apply/support.ts';
import { contextOf } from './support.ts';

/* With many installs, what was found of them is remembered: what is listed must be the same. */

let root: string;
let prefix: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-list-'));
  prefix = join(root, 'prefix');
  writeFileSync(join(root, 'demo.yaml'), 'name: demo\n');
  for (let at = 0; at < 60; at += 1) install(`demo${at}`);
  // As if all of that had been done long ago.
  vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(root, { recursive: true });
});

const installDir = (name: string) => join(prefix, 'software', name, '1');

function install(name: string): void {
  const record = {
    name,
    version: '1',
    fullVersion: '1',
    moduleName: `${name}/1`,
    ctinstall: '',
    installed: '2026-01-01T00:00:00.000Z',
    prefix,
    modulefile: join(prefix, `modules/${name}/1.lua`),
    runtime: { name: 'singularity', flavour: 'apptainer' },
    image: { file: 'demo.sif', source: '/demo.sif', size: 5, how: 'copied' },
    easyconfig: { path: join(root, 'demo.yaml'), sha256: sha256Of('name: demo\n') },
    files: [{ path: 'demo.sif', size: 5, mode: 0o644, mtimeMs: 0 }],
  };
  writeTree(installDir(name), {
    'demo.sif': 'image',
    '.ctinstall/record.json': JSON.stringify(record, undefined, 2),
  });
}

async function list(environment: Record<string, string> = { HOME: root }): Promise<unknown> {
  const context = contextOf(root);
  const settings = { prefix: asPrefix(hostPath(prefix)) };
  const { HOME: _, ...rest } = context.environment;
  const { installs } = await listInstalled(
    { word: undefined, settings },
    { ...context, environment: { ...rest, ...environment } },
  );
  return installs;
}

const memoryFiles = () => readdirSync(join(root, '.cache/ctinstall'));

const changes: readonly [string, (directory: string) => void][] = [
  ['whose image was removed', (directory) => rmSync(join(directory, 'demo.sif'))],
  [
    'whose image is a link to nothing',
    (directory) => {
      rmSync(join(directory, 'demo.sif'));
      symlinkSync('/nowhere', join(directory, 'demo.sif'));
    },
  ],
  [
    'whose image came back',
    (directory) => {
      renameSync(join(directory, 'demo.sif'), join(directory, 'away'));
      renameSync(join(directory, 'away'), join(directory, 'demo.sif'));
    },
  ],
  ['that got user software', (directory) => writeTree(directory, { 'user-software/a': 'a' })],
  ['that got none', (directory) => mkdirSync(join(directory, 'user-software'))],
  ['that was packed', (directory) => writeTree(directory, { 'user-software.squashfs': 'packed' })],
  ['whose record is torn', (directory) => writeFileSync(join(directory, '.ctinstall/record.json'), '{')],
  [
    'whose record says something else',
    (directory) => {
      const path = join(directory, '.ctinstall/record.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('2026-01-01', '2025-01-01'));
    },
  ],
  ['whose record is gone', (directory) => rmSync(join(directory, '.ctinstall/record.json'))],
  ['that is gone', (directory) => rmSync(directory, { recursive: true })],
  ['that was moved', (directory) => renameSync(directory, join(directory, '../2'))],
  [
    'of which there is a second one',
    (directory) => {
      cpSync(directory, join(directory, '../2'), { recursive: true });
    },
  ],
  ['that got a second name', (directory) => symlinkSync('1', join(directory, '../latest'))],
  ['whose easyconfig was changed', () => appendFileSync(join(root, 'demo.yaml'), 'version: 2\n')],
];

describe('a list of many', () => {
  it('is the same with what is remembered, and keeps it', async () => {
    const found = await list({ HOME: '', CTINSTALL_PREFIX: prefix });
    expect(await list()).toEqual(found);
    expect(memoryFiles()).toEqual([expect.stringMatching(/^installs-[0-9a-f]{8}\.json$/)]);
    expect(await list()).toEqual(found);
    expect(found).toHaveLength(60);
  });

  it.each(changes)('shows one %s', async (_, change) => {
    // User software that is there already is remembered too.
    writeTree(installDir('demo7'), { 'user-software/old': '', 'user-software.squashfs': 'old' });
    const before = await list();
    expect(memoryFiles()).toHaveLength(1);
    change(installDir('demo3'));
    rmSync(join(installDir('demo7'), 'user-software/old'));
    appendFileSync(join(installDir('demo7'), 'user-software.squashfs'), 'and more');
    const now = await list();
    expect(now).not.toEqual(before);
    // In a home directory of its own nothing is remembered yet.
    expect(now).toEqual(await list({ HOME: join(root, 'other') }));
    expect(await list()).toEqual(now);
  });

  it('is remembered of many only', async () => {
    for (let at = 20; at < 60; at += 1) rmSync(join(prefix, 'software', `demo${at}`), { recursive: true });
    await list();
    expect(() => memoryFiles()).toThrow('ENOENT');
  });
});
