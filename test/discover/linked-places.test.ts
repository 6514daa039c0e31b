import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { discoverLinkedPlaces } from '../../src/discover/linked-places.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { asRoot, ofThisUser } from '../harness/as-root.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ctinstall-links-')));
  for (const name of ['scratch/plain', 'pool/project_1', 'pool/project_2', 'disk'])
    mkdirSync(join(root, name), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const found = async (...names: string[]) => discoverLinkedPlaces(names.map((name) => hostPath(join(root, name))));

it('finds nothing where there are no links, nor anything', async () => {
  expect(await found('scratch', 'none')).toEqual([]);
});

it('links at the top of a directory lead to one place, their common directory', async () => {
  for (const project of ['project_1', 'project_2'])
    symlinkSync(join(root, 'pool', project), join(root, 'scratch', project));
  symlinkSync(join(root, 'scratch/plain'), join(root, 'scratch/inside'));
  symlinkSync('/nowhere/at/all', join(root, 'scratch/dangling'));
  symlinkSync('/usr/lib', join(root, 'scratch/of-the-system'));
  expect(await found('scratch')).toEqual([{ from: join(root, 'scratch'), to: [join(root, 'pool')] }]);
});

it('a bound path that is a link itself leads somewhere', async () => {
  symlinkSync('pool/project_1', join(root, 'linked'));
  expect(await found('linked')).toEqual([{ from: join(root, 'linked'), to: [join(root, 'pool/project_1')] }]);
});

it('links to another file system lead to its mount point', async () => {
  const disk = join(root, 'disk');
  asRoot('mount', '-t', 'tmpfs', '-o', `size=1m,${ofThisUser}`, 'none', disk);
  try {
    mkdirSync(join(disk, 'deep/down/project_1'), { recursive: true });
    symlinkSync(join(disk, 'deep/down/project_1'), join(root, 'scratch/project_1'));
    expect(await found('scratch')).toEqual([{ from: join(root, 'scratch'), to: [disk] }]);
  } finally {
    asRoot('umount', disk);
  }
});
