import { expect, it } from 'vitest';
import { containerPath, hostPath } from '../../src/lib/paths.ts';
import { addLinkedPlaces } from '../../src/resolve/linked-places.ts';
import type { Bind } from '../../src/resolve/types.ts';

function bind(host: string, container = host, access: Bind['access'] = 'rw'): Bind {
  return { host: hostPath(host), container: containerPath(container), access, optional: true, origin: 'site: x' };
}

function added(binds: readonly Bind[], from: string, ...to: string[]): string[] {
  const places = [{ from: hostPath(from), to: to.map((path) => hostPath(path)) }];
  return addLinkedPlaces(binds, places)
    .filter((each) => !binds.includes(each))
    .map(({ container, access, optional, origin }) => `${container} ${access} ${optional} ${origin}`);
}

it('binds what links lead to, at its own path, optional, and read-only where the directory is', () => {
  expect(added([bind('/scratch')], '/scratch', '/pfs/l1')).toEqual(['/pfs/l1 rw true links in /scratch']);
  expect(added([bind('/data', '/data', 'ro')], '/data', '/pool')).toEqual(['/pool ro true links in /data']);
});

it('leaves out what is bound already, and what no bind can name', () => {
  expect(added([bind('/scratch'), bind('/pfs')], '/scratch', '/pfs/l1', '/pfs')).toEqual([]);
  expect(added([bind('/scratch'), bind('/other', '/pfs/l1')], '/scratch', '/pfs/l1')).toEqual([]);
  expect(added([bind('/scratch')], '/scratch', '/with:colon', '/user-software')).toEqual([]);
});

it('keeps parents before children', () => {
  const all = addLinkedPlaces([bind('/a/b/c')], [{ from: hostPath('/a/b/c'), to: [hostPath('/pfs')] }]);
  expect(all.map(({ container }) => container)).toEqual(['/pfs', '/a/b/c']);
});
