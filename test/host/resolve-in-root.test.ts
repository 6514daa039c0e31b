import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { resolveInRoot } from '../../src/host/resolve-in-root.ts';
import { hostPath } from '../../src/lib/paths.ts';

it('follows links in a tree as if that were all there is', async () => {
  const root = hostPath(mkdtempSync(join(tmpdir(), 'ctinstall-root-')));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(`${root}/usr/lib`, { recursive: true });
  for (const [target, path] of [
    ['usr/lib', 'lib'],
    ['/etc', 'usr/absolute'],
    ['../../../../etc', 'usr/lib/out'],
    ['b', 'a'],
    ['a', 'b'],
  ] as const)
    symlinkSync(target, `${root}/${path}`);
  const resolved = async (path: string): Promise<string> => (await resolveInRoot(root, path)).slice(root.length);
  expect(await resolved('/lib/x/y')).toBe('/usr/lib/x/y');
  expect(await resolved('usr/absolute/passwd')).toBe('/etc/passwd');
  expect(await resolved('/lib/out/./passwd')).toBe('/etc/passwd');
  expect(await resolved('../../x')).toBe('/x');
  expect(await resolved('/')).toBe('/');
  await expect(resolved('/a/x')).rejects.toThrow('a circle of links');
});
