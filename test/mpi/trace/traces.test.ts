import { describe, expect, it } from 'vitest';
import { mergeTraces, type RankTrace } from '../../../src/mpi/trace/merge-traces.ts';
import { type Loaded, parseLoaderTrace, parseSystemCalls } from '../../../src/mpi/trace/read-traces.ts';
import { parseTraceName } from '../../../src/mpi/trace/tracer.ts';

const printed = `
      9:\tfile=libmpich.so.12 [0];  needed by ./p [0]
      9:\tfile=libmpich.so.12 [0];  generating link map
      9:\tfile=libucs.so.0 [0];  needed by /opt/lib/libmpich.so.12 [0]
      9:\tcalling init: /usr/lib/libucs.so.0
      9:\tcalling init: /opt/lib/libmpich.so.12
      9:\tfile=/usr/lib/ucx/libuct_ib.so.0 [0];  dynamically loaded by /usr/lib/libucs.so.0 [0]
      9:\tcalling init: /usr/lib/ucx/libuct_ib.so.0
      9:\topening file=/usr/lib/ucx/libuct_ib.so.0 [0]; direct_opencount=1
`;

function loaded(path: string, asker?: string, more: Partial<Loaded> = {}): Loaded {
  return { path, asker, isLate: false, isByPath: false, ...more };
}

function rank(more: Partial<RankTrace> = {}): RankTrace {
  return { rank: 'n1.1', node: 'n1', opened: [], loaded: [loaded('/opt/libmpi.so.12', './p')], ...more };
}

describe('what a run leaves', () => {
  it("of glibc's loader: each library, what asked for it, and whether by its path", () =>
    expect(parseLoaderTrace(printed)).toEqual([
      { path: '/usr/lib/libucs.so.0', asker: '/opt/lib/libmpich.so.12', isLate: false, isByPath: false },
      { path: '/opt/lib/libmpich.so.12', asker: './p', isLate: false, isByPath: false },
      { path: '/usr/lib/ucx/libuct_ib.so.0', asker: '/usr/lib/libucs.so.0', isLate: true, isByPath: true },
    ]));

  it('of strace: what was opened, not what was not there, once', () =>
    expect(
      parseSystemCalls(`openat(AT_FDCWD, "/etc/a.conf", O_RDONLY|O_CLOEXEC) = 3
openat(AT_FDCWD, "/etc/none", O_RDONLY) = -1 ENOENT (No such file or directory)
open("/etc/b", O_RDONLY) = 4
openat(AT_FDCWD, "relative", O_RDONLY) = 5
openat(AT_FDCWD, "/odd\\"name", O_RDONLY) = 5
openat(AT_FDCWD, "/etc/a.conf", O_RDONLY) = 6
+++ exited with 0 +++`),
    ).toEqual(['/etc/a.conf', '/etc/b']));

  it('files are told apart by node, rank and form; others are none', () => {
    expect(parseTraceName('rank.nid-001.a.77.loader.78')).toEqual({
      node: 'nid-001.a',
      rank: 'nid-001.a.77',
      form: 'loader',
    });
    for (const name of ['trace', 'rank.n1.7', 'rank.n1.7.other.8']) expect(parseTraceName(name)).toBeUndefined();
  });
});

describe('all ranks together', () => {
  it('what one rank alone loaded counts, and ranks without MPI are told of', () => {
    const first = rank();
    const second = rank({
      node: 'n2',
      loaded: [...first.loaded, loaded('/usr/lib/libfabric.so.1', '/opt/libmpi.so.12')],
    });
    const merged = mergeTraces([first, second, rank({ loaded: [] })]);
    expect(merged.ranks).toEqual({ all: 3, withMpi: 2, nodes: ['n1', 'n2'] });
    expect(merged.main).toBe('/opt/libmpi.so.12');
    expect(merged.libraries.map(({ path }) => path)).toEqual(['/opt/libmpi.so.12', '/usr/lib/libfabric.so.1']);
  });

  it.each([
    ['/lib/libc.so.6', '/opt/libmpi.so.12', 'libc'],
    ['/usr/lib/libX11.so.6', '/usr/lib/hwloc/hwloc_gl.so', 'display'],
    ['/usr/lib/libcuda.so.1', '/opt/libmpi.so.12', 'driver of GPUs'],
    ['/usr/lib/libz.so.1', './p', 'by the program itself'],
    ['/tmp/libx.so', '/opt/libmpi.so.12', 'temporary'],
  ])('%s, asked for by %s, is left out, and why is said', (path, asker, why) => {
    const merged = mergeTraces([
      rank({ loaded: [loaded('/opt/libmpi.so.12', './p'), loaded(path, asker), loaded('/usr/lib/hwloc/hwloc_gl.so')] }),
    ]);
    expect(merged.libraries.map((each) => each.path)).toEqual(['/opt/libmpi.so.12']);
    expect(merged.leftOut.find(({ files }) => files.includes(path))?.why).toContain(why);
  });

  it('of files that are no libraries those of known parts of MPI count', () => {
    const opened = ['/etc/libibverbs.d/mlx5.driver', '/etc/passwd', '/proc/self/maps', '/usr/lib/libucp.so.0'];
    const merged = mergeTraces([rank({ opened })]);
    expect(merged.files).toEqual(['/etc/libibverbs.d/mlx5.driver']);
    expect(merged.leftOut.map(({ files }) => files)).toEqual([['/etc/passwd'], ['/proc/self/maps']]);
    // Seen by strace alone: of a program that the loader says nothing of.
    expect(merged.libraries.map(({ path }) => path)).toContain('/usr/lib/libucp.so.0');
  });

  it('a chain of askers that bites its tail ends', () => {
    const ring = [loaded('/a/libone.so', '/a/libtwo.so'), loaded('/a/libtwo.so', '/a/libone.so')];
    expect(mergeTraces([rank({ loaded: [...rank().loaded, ...ring] })]).libraries).toHaveLength(1);
  });
});
