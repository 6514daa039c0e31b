import { describe, expect, it } from 'vitest';
import { followLinks, parseListing } from '../../src/discover/image-listing.ts';
import type { Elf } from '../../src/elf/types.ts';
import { decideMpi } from '../../src/mpi/decide.ts';
import { isSameAbi, mpiOfName } from '../../src/mpi/families.ts';
import { hintForMissing } from '../../src/mpi/fit.ts';
import { isOfLibc, isOfNetwork } from '../../src/mpi/library-kinds.ts';
import { parseMpiFile, renderMpiFile } from '../../src/mpi/mpi-file.ts';
import { anyImage, type ImageMpi } from '../../src/mpi/types.ts';
import { compareVersions, newest } from '../../src/mpi/versions.ts';
import { decide, elf, host, hostMpi, image, library, needs } from './facts.ts';

const mpich = library('/opt/mpich/lib/libmpi.so.12', { versionsNeeded: needs('libc.so.6', 'GLIBC_2.34', 'GLIBC_2.4') });

describe('names', () => {
  it.each([
    ['libmpi.so.12', 'mpich', 12],
    ['libmpich.so.12.2.1', 'mpich', 12],
    ['libmpi_gnu_123.so.12', 'mpich', 12],
    ['libmpi_cray.so.12', 'mpich', 12],
    ['libmpi.so.40', 'openmpi', 40],
    ['libmpi_abi.so.0', 'abi', 0],
  ])('%s is of %s', (name, family, abi) => expect(mpiOfName(name)).toMatchObject({ family, abi }));

  it.each(['libmpifort.so.12', 'libmpi_gtl_hsa.so.0', 'libmpi.so', 'libmpicxx.so.12', 'libmpi_cxx.so.40'])(
    '%s is none',
    (name) => expect(mpiOfName(name)).toBeUndefined(),
  );

  it('families and numbers count, makers do not', () => {
    const same = (one: string, other: string): boolean => {
      const [a, b] = [mpiOfName(one), mpiOfName(other)];
      return a !== undefined && b !== undefined && isSameAbi(a, b);
    };
    expect(same('libmpi_gnu_123.so.12', 'libmpich.so.12')).toBe(true);
    expect(same('libmpi.so.12', 'libmpi.so.40')).toBe(false);
    expect(same('libmpi.so.20', 'libmpi.so.40')).toBe(false);
  });

  it('libc is never among what goes in, the network always is', () => {
    for (const name of ['libc.so.6', 'ld-linux-x86-64.so.2', 'libm.so.6', 'libnss_files.so.2'])
      expect(isOfLibc(name)).toBe(true);
    for (const name of ['libcxi.so.1', 'libmlx5.so.1', 'libcom_err.so.2']) expect(isOfLibc(name)).toBe(false);
    for (const name of ['libcxi.so.1', 'libucp.so.0', 'libpmi2.so.0', 'libmpi_gtl_hsa.so.0'])
      expect(isOfNetwork(name)).toBe(true);
    for (const name of ['libz.so.1', 'libstdc++.so.6', 'libcurl.so.4', 'libcrypto.so.3'])
      expect(isOfNetwork(name)).toBe(false);
  });

  it('versions are compared as numbers', () => {
    expect(compareVersions('2.4', '2.34')).toBeLessThan(0);
    expect(newest(['GLIBC_2.4', 'GLIBC_2.34', 'GLIBC_PRIVATE', 'GCC_3.0'], 'GLIBC')).toBe('2.34');
  });
});

it('the hint for a missing MPI is for the setting where that names it', () => {
  expect(hintForMissing(['/gone/libmpi.so'])).toMatch(/setting `mpi_library`/);
  expect(hintForMissing(['`mpicc` on PATH: none', '/opt/cray/pe/mpich'])).toMatch(/load the module/);
});

describe('for containers of any image', () => {
  const places = { linksDirectory: '/install/mpi', bound: [] };
  const wanted = { replace: 'mpi', never: [], glibc: 'image', origin: 'easyconfig' } as const;

  it('all that the host has goes in, but for what each compiler brings', () => {
    const others = ['/usr/lib/libz.so.1', '/usr/lib/libstdc++.so.6', '/usr/lib/libgcc_s.so.1'].map((path) =>
      library(path),
    );
    const { decision } = decideMpi(wanted, host(hostMpi(mpich, others)), anyImage, places);
    expect(decision?.libraries.map(({ path }) => path)).toEqual([mpich.path, '/usr/lib/libz.so.1']);
    expect(decision?.binds.map(({ container }) => container)).toEqual([
      '/host-mpi/lib',
      '/host-mpi/root/opt/mpich/lib',
      '/host-mpi/root/usr/lib',
    ]);
  });

  it('without an MPI of the host it is refused', () => {
    expect(decideMpi(wanted, host(undefined), anyImage, places)).toMatchObject({
      refused: { why: 'no MPI was found on the host: tried here' },
    });
  });
});

describe('what is decided', () => {
  it("one family, a glibc that is new enough: the host's MPI, under all names of the family", () => {
    const { decision } = decide(host(hostMpi(mpich)), image('libmpich.so.12'));
    expect(decision).toMatchObject({
      way: 'mpi',
      refused: [],
      host: { path: mpich.path },
    });
    const target = '/host-mpi/root/opt/mpich/lib/libmpi.so.12';
    expect(decision?.links).toEqual([
      { name: 'libmpi.so.12', target },
      { name: 'libmpich.so.12', target },
    ]);
    expect(decision?.binds).toEqual([
      { host: '/install/mpi', container: '/host-mpi/lib', isOptional: false },
      { host: '/opt/mpich/lib', container: '/host-mpi/root/opt/mpich/lib', isOptional: true },
    ]);
  });

  it("Cray's name for a compiler is seen as that of the family; what the site binds is not bound again", () => {
    const cray = library('/opt/cray/pe/mpich/8.1.29/ofi/gnu/12.3/lib/libmpi_gnu_123.so.12');
    const { decision } = decide(host(hostMpi(cray)), image('libmpi.so.12'));
    expect(decision?.links).toContainEqual({ name: 'libmpi.so.12', target: cray.path });
    expect(decision?.binds).toHaveLength(1);
  });

  it('a host whose glibc is newer: the way is refused with the library and both versions', () => {
    const newer = library('/usr/lib/libmpi.so.12', { versionsNeeded: needs('libc.so.6', 'GLIBC_2.38') });
    const facts = host(hostMpi(newer));
    expect(decide(facts, image('libmpi.so.12'), { replace: 'mpi' })).toMatchObject({
      decision: undefined,
      refused: {
        why: '`/usr/lib/libmpi.so.12` needs glibc 2.38, and the image has 2.36',
        hint: expect.stringContaining('`none`'),
      },
    });
    expect(decide(facts, image('libmpi.so.12'))).toMatchObject({
      decision: { way: 'none', refused: [{ way: 'mpi' }, { way: 'libfabric' }] },
    });
  });

  it('Open MPI in the image and MPICH on the host: no bind can help', () => {
    const { decision } = decide(host(hostMpi(mpich)), image('libmpi.so.40'));
    expect(decision).toMatchObject({ way: 'none', why: [expect.stringContaining('--mpi=pmix')] });
    expect(decision?.refused[0]).toMatchObject({ way: 'mpi', hint: expect.stringContaining('Wi4MPI') });
  });

  it('Open MPI 5 in the image and 4 on the host: the same soname, and refused; not the other way round', () => {
    const openMpi = (product: string) => hostMpi(library('/opt/ompi/lib/libmpi.so.40'), [], { product });
    const inside = (number: number) => {
      const base = image('libmpi.so.40');
      return { ...base, mpis: base.mpis.map((each) => ({ ...each, file: `/usr/lib/libmpi.so.40.${number}.4` })) };
    };
    const decided = (product: string, number: number) =>
      decide(host(openMpi(product)), inside(number), { replace: 'mpi' });
    expect(decided('Open MPI 4.1.4', 40)).toMatchObject({
      refused: { why: expect.stringContaining('the image has Open MPI 5, and the host Open MPI 4.1.4') },
    });
    for (const [product, number] of [
      ['Open MPI 4.1.4', 30],
      ['Open MPI 5.0.7', 30],
    ] as const)
      expect(decided(product, number).decision?.way).toBe('mpi');
  });

  it.each([
    ['no MPI in the image', host(hostMpi(mpich)), image(undefined), 'no MPI that is linked'],
    ['musl', host(hostMpi(mpich)), image('libmpi.so.12', { glibc: undefined }), 'no GNU libc'],
    ['another machine', host(hostMpi(mpich)), image('libmpi.so.12', { machine: 'aarch64' }), 'is for aarch64'],
    ['no MPI on the host', host(undefined), image('libmpi.so.12'), 'no MPI was found on the host: tried here'],
    [
      'a library that is not there',
      host(hostMpi(mpich, [], { missing: [{ name: 'libcxi.so.1', neededBy: '/x' }] })),
      image('libmpi.so.12'),
      '`/x` needs libcxi.so.1',
    ],
    [
      'GPUs without a GTL library',
      host(hostMpi(mpich, [], { product: 'Cray MPICH 8.1' }), { wantsGpu: true }),
      image('libmpi.so.12'),
      'GTL library is not linked',
    ],
  ])('%s', (_, facts, inside, why) =>
    expect(decide(facts, inside, { replace: 'mpi' })).toMatchObject({ refused: { why: expect.stringContaining(why) } }),
  );

  it('several MPIs on the host: said with the setting that decides', () => {
    const facts = { ...host(undefined), mpi: { state: 'ambiguous' as const, candidates: ['/a', '/b'], tried: [] } };
    expect(decide(facts, image('libmpi.so.12'), { replace: 'mpi' })).toMatchObject({
      refused: { why: expect.stringContaining('/a, /b'), hint: expect.stringContaining('mpi_library') },
    });
  });

  it('a way that the easyconfig refuses is not taken', () => {
    expect(decide(host(hostMpi(mpich)), image('libmpi.so.12'), { never: ['mpi'] })).toMatchObject({
      decision: { way: 'none' },
    });
    expect(decide(host(hostMpi(mpich)), image('libmpi.so.12'), { replace: 'mpi', never: ['mpi'] })).toMatchObject({
      decision: undefined,
    });
  });

  it("libfabric alone goes in where the image's MPI uses it", () => {
    const libfabric = library('/usr/lib64/libfabric.so.1');
    const set = {
      main: libfabric,
      libraries: [libfabric, library('/usr/lib64/libcxi.so.1')],
      plugins: [],
      missing: [],
    };
    const own = {
      name: 'libfabric.so.1',
      path: '/usr/lib/libfabric.so.1',
      file: '/usr/lib/libfabric.so.1',
      elf: elf(),
    };
    const facts = host(undefined, { libfabric: set });
    const { decision } = decide(facts, image('libmpi.so.40', { libraries: [own] }));
    expect(decision?.way).toBe('libfabric');
    expect(decision?.links.map(({ name }) => name)).toEqual(['libfabric.so.1', 'libcxi.so.1']);
    expect(decide(facts, image('libmpi.so.12', { libraries: [own] })).decision?.way).toBe('none');
  });

  it("the image's own library stays where it does, and the host's goes in where it must", () => {
    const z = library('/usr/lib/libz.so.1', { versionsGiven: ['ZLIB_1.2', 'ZLIB_1.3'] });
    const user = library('/usr/lib/libucp.so.0', { versionsNeeded: needs('libz.so.1', 'ZLIB_1.3') });
    const facts = host(hostMpi(mpich, [user, z]));
    const has = (...versionsGiven: string[]) =>
      image('libmpi.so.12', {
        libraries: [{ name: 'libz.so.1', path: '/z', file: '/z', elf: elf({ versionsGiven }) }],
      });
    const names = (inside: ImageMpi) => decide(facts, inside).decision?.links.map(({ name }) => name);
    expect(names(has('ZLIB_1.2', 'ZLIB_1.3'))).not.toContain('libz.so.1');
    expect(names(has('ZLIB_1.2'))).toContain('libz.so.1');
    expect(decide(facts, has('ZLIB_1.2', 'ZLIB_1.4'), { replace: 'mpi' })).toMatchObject({
      refused: { why: expect.stringContaining('lacks its ZLIB_1.4') },
    });
  });

  it('an RPATH counts before LD_LIBRARY_PATH: the file of the image is bound over', () => {
    const user = { name: 'prog', path: '/opt/app/bin/prog', file: '/opt/app/bin/prog' };
    const linked = (more: Partial<Elf>) =>
      image('libmpi.so.12', { users: [{ ...user, elf: elf({ needed: ['libmpi.so.12'], ...more }) }] });
    const over = { host: mpich.path, container: '/usr/lib/libmpi.so.12.1', isOptional: true };
    const decided = (more: Partial<Elf>) => decide(host(hostMpi(mpich)), linked(more)).decision;
    expect(decided({ rpath: ['$ORIGIN/../../../usr/lib'] })?.binds).toContainEqual(over);
    expect(decided({ rpath: ['/usr/lib'] })?.warnings).toHaveLength(1);
    expect(decided({ runpath: ['/usr/lib'] })?.binds).not.toContainEqual(over);
  });

  it('memory of other ranks is left alone only where containers have user namespaces', () => {
    const ucx = hostMpi(mpich, [library('/usr/lib/libucp.so.0')]);
    expect(decide(host(ucx), image('libmpi.so.12')).decision?.variables).toEqual({
      ...{ UCX_POSIX_USE_PROC_LINK: 'n', UCX_TLS: '^cma' },
    });
    expect(decide(host(ucx, { hasUserNamespaces: false }), image('libmpi.so.12')).decision?.variables).toEqual({});
  });

  it('what is kept of it is read again; a file that is none is nothing', () => {
    const { decision } = decide(host(hostMpi(mpich)), image('libmpi.so.12'));
    if (decision === undefined) throw new Error('nothing was decided');
    expect(parseMpiFile(renderMpiFile(decision))).toMatchObject({
      way: 'mpi',
      libraries: [{ path: mpich.path, buildId: 'ab' }],
    });
    for (const text of ['', '{}', '[1]', '{"way": "rm"}']) expect(parseMpiFile(text)).toBeUndefined();
  });
});

describe('the listing of an image', () => {
  const listing = parseListing(
    [
      'drwxr-xr-x root/root 27 2024-01-01 00:00 squashfs-root',
      'lrwxrwxrwx root/root 7 2024-01-01 00:00 squashfs-root/lib -> usr/lib',
      '-rw-r--r-- root/root 9 2024-01-01 00:00 squashfs-root/usr/lib/libx.so.1.2',
      'lrwxrwxrwx root/root 11 2024-01-01 00:00 squashfs-root/usr/lib/libx.so.1 -> libx.so.1.2',
      'lrwxrwxrwx root/root 11 2024-01-01 00:00 squashfs-root/usr/lib/liby.so -> /lib/libx.so.1',
      'lrwxrwxrwx root/root 11 2024-01-01 00:00 squashfs-root/usr/lib/up.so -> ../../../../../usr/lib/libx.so.1',
      'lrwxrwxrwx root/root 11 2024-01-01 00:00 squashfs-root/usr/lib/loop -> loop',
      '-rw-r--r-- root/root 9 2024-01-01 00:00 squashfs-root/usr/lib/a b; rm.so',
    ].join('\n'),
  );

  it('links are followed as the kernel does, and never out of the image', () => {
    for (const path of ['/lib/libx.so.1', '/usr/lib/liby.so', '/usr/lib/up.so', '/usr/lib/libx.so.1.2'])
      expect(followLinks(listing, path)).toBe('/usr/lib/libx.so.1.2');
    for (const path of ['/usr/lib/loop', '/usr/lib', '/none']) expect(followLinks(listing, path)).toBeUndefined();
  });

  it('names that would need quoting are left out', () =>
    expect([...listing.keys()].some((path) => path.includes(';'))).toBe(false));
});
