import { describe, expect, it } from 'vitest';
import type { HostLibrary, ImageLibrary } from '../../src/mpi/types.ts';
import { decide, elf, host, hostMpi, image, library, needs } from './facts.ts';

/* A host whose MPI needs a newer glibc than the image has, and an easyconfig that asks for the host's over the image's. */

const given = (...versions: string[]) => ({ versionsGiven: versions.map((version) => `GLIBC_${version}`) });
const ownOnly = { versionsNeeded: needs('libc.so.6', 'GLIBC_PRIVATE') };
const loader = 'ld-linux-x86-64.so.2';
const theirs = (version: string, directory = '/usr/lib/x86_64-linux-gnu'): HostLibrary[] => [
  library(`${directory}/${loader}`),
  library(`${directory}/libc.so.6`, given('2.2.5', version)),
  library(`${directory}/libm.so.6`),
  library(`${directory}/libpthread.so.0`),
];
const inImage = (name: string, more: Parameters<typeof elf>[0] = {}): ImageLibrary => ({
  name,
  path: `/lib/x86_64-linux-gnu/${name}`,
  file: `/lib/x86_64-linux-gnu/${name.replace(/\.so.*/, '-2.31.so')}`,
  elf: elf(more),
});
const ours = [inImage(loader), inImage('libc.so.6', given('2.31')), inImage('libpthread.so.0', ownOnly)];
const old = (more: Parameters<typeof image>[1] = {}) =>
  image('libmpich.so.12', { glibc: '2.31', glibcFiles: ours, ...more });
const mpich = library('/opt/mpich/lib/libmpi.so.12', { versionsNeeded: needs('libc.so.6', 'GLIBC_2.34') });
const newer = host(hostMpi(mpich), { glibc: theirs('2.36') });
const overlay = { replace: 'mpi', glibc: 'overlay' } as const;

describe("the host's glibc over an older one of the image", () => {
  it('is not taken unless it is asked for, but named', () => {
    expect(decide(newer, old(), { replace: 'mpi' })).toMatchObject({
      refused: { why: expect.stringContaining('needs glibc 2.34'), hint: expect.stringContaining('`glibc: overlay`') },
    });
  });

  it('covers each file of it, the loader too, where links lead; none of it comes on the search path', () => {
    const { decision } = decide(newer, old(), overlay);
    expect(decision?.why).toEqual([expect.stringContaining('with glibc 2.36 of the host over 2.31 of the image')]);
    expect(decision?.binds.slice(-3)).toEqual(
      [
        [loader, 'ld-linux-x86-64-2.31.so'],
        ['libc.so.6', 'libc-2.31.so'],
        ['libpthread.so.0', 'libpthread-2.31.so'],
      ].map(([from, over]) => ({
        host: `/usr/lib/x86_64-linux-gnu/${from}`,
        container: `/lib/x86_64-linux-gnu/${over}`,
        isOptional: false,
      })),
    );
    expect(decision?.links.map(({ name }) => name)).toEqual(['libmpi.so.12', 'libmpich.so.12']);
    expect(decision?.libraries.map(({ path }) => path)).toContain('/usr/lib/x86_64-linux-gnu/libc.so.6');
  });

  it("is not taken where the image's does", () => {
    const { decision } = decide(newer, old({ glibc: '2.34' }), overlay);
    expect(decision?.binds.filter(({ container }) => container.startsWith('/lib'))).toEqual([]);
  });

  it.each([
    ['an older one', { glibc: theirs('2.31') }, {}, 'it is 2.31, which is not newer than 2.31'],
    ['none of GNU on the host', { glibc: [] }, {}, 'the host has no GNU libc'],
    ['no loader that was found', {}, { glibcFiles: ours.slice(1) }, 'the loader of the image was not found'],
    [
      'a library of it that the host has no more',
      {},
      { glibcFiles: [...ours, inImage('libnsl.so.1', ownOnly)] },
      "the image's libnsl.so.1 works with its own only",
    ],
    [
      'a loader that looks elsewhere, and no cache for it',
      { glibc: theirs('2.36', '/lib64') },
      { hasLoaderCache: false },
      "its loader looks in `/lib64`, the image's libraries are in `/lib/x86_64-linux-gnu`",
    ],
  ])('is refused, as it would crash: %s', (_, more, inside, why) =>
    expect(decide({ ...newer, ...more }, old(inside), overlay)).toMatchObject({
      decision: undefined,
      refused: { why: expect.stringContaining(why) },
    }),
  );

  it('is taken with another layout where the image has a cache, and modules for names may stay behind', () => {
    const facts = { ...newer, glibc: theirs('2.36', '/lib64') };
    const inside = old({ glibcFiles: [...ours, inImage('libnss_nisplus.so.2', ownOnly)] });
    expect(decide(facts, inside, overlay).decision?.way).toBe('mpi');
  });
});
