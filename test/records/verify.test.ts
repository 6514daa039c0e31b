import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CtinstallError } from '../../src/lib/errors.ts';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { findAreasOnce } from '../../src/records/other-modulefiles.ts';
import { type InstallRecord, sha256Of } from '../../src/records/record.ts';
import { type VerifyOptions, verifyInstall } from '../../src/records/verify.ts';
import { writeTree } from '../apply/support.ts';
import { failure } from '../image/failure.ts';

let root: string;
let record: InstallRecord;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-verify-'));
  writeTree(root, {
    'install/a.sif': 'an image',
    'install/bin/x': 'a wrapper',
    'central.sif': 'an image',
    'm.lua': 'lua',
  });
  chmodSync(join(root, 'install/bin/x'), 0o644);
  record = {
    name: 'a',
    version: '1',
    fullVersion: '1',
    moduleName: 'a/1',
    ctinstall: '0',
    installed: '',
    prefix: root,
    modulefile: join(root, 'm.lua'),
    modulefileSha256: sha256Of('lua'),
    centralImages: [],
    userSoftware: '/user-software',
    runtime: { name: '', flavour: '' },
    image: { file: 'a.sif', source: join(root, 'central.sif'), size: 8, how: 'copied' },
    files: ['a.sif', 'bin/x'].map((path) => {
      const { size, mode, mtimeMs } = lstatSync(join(root, 'install', path));
      return {
        path,
        size,
        mode: mode & 0o7777,
        mtimeMs,
        sha256: sha256Of(path === 'a.sif' ? 'an image' : 'a wrapper'),
      };
    }),
    retired: [],
    hidden: false,
  };
});
afterEach(() => rmSync(root, { recursive: true }));

const inInstall = (path: string): string => join(root, 'install', path);

/** What is found, each difference as `<path> <what>` with paths below the root. */
async function differences(options: Partial<VerifyOptions> = {}): Promise<string[]> {
  const checkImage = async (): Promise<undefined> => undefined;
  const found = await verifyInstall(hostPath(inInstall('')), record, { isQuick: false, checkImage, ...options });
  return found.map(({ path, what }) => `${path} ${what}`.replaceAll(`${root}/`, ''));
}

const both = [{ isQuick: false }, { isQuick: true }];

describe('verifyInstall', () => {
  it.each(both)('finds nothing where nothing has changed: %j', async (how) => {
    expect(await differences(how)).toEqual([]);
  });

  it.each(both)('finds what is missing, of another kind, size or mode: %j', async (how) => {
    rmSync(inInstall('a.sif'));
    expect(await differences(how)).toEqual(['install/a.sif is not there']);
    mkdirSync(inInstall('a.sif'));
    chmodSync(inInstall('bin/x'), 0o600);
    expect(await differences(how)).toEqual([
      'install/a.sif is no regular file',
      'install/bin/x has mode 600 instead of 644',
    ]);
    chmodSync(inInstall('bin/x'), 0o644);
    writeFileSync(inInstall('bin/x'), 'longer than before');
    rmSync(join(root, 'm.lua'));
    expect(await differences(how)).toEqual([
      'install/a.sif is no regular file',
      'install/bin/x has 18 bytes instead of 9',
      'm.lua is not there',
    ]);
  });

  it('finds another content of the same size: quickly by its time, else by its hash', async () => {
    writeFileSync(inInstall('bin/x'), 'A wrapper');
    writeFileSync(join(root, 'm.lua'), 'LUA');
    utimesSync(inInstall('bin/x'), 1, 1);
    expect(await differences({ isQuick: true })).toEqual([
      'install/bin/x was written to since',
      'm.lua is not what ctinstall wrote',
    ]);
    expect((await differences())[0]).toMatch(/^install\/bin\/x has SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}$/);
  });

  it('compares with the digest where the record has no SHA-256', async () => {
    const digested = async (digest: string): Promise<string[]> => {
      const [image, ...others] = record.files;
      record = {
        ...record,
        files: [{ ...image, sha256: undefined, digest } as InstallRecord['files'][number], ...others],
      };
      return differences();
    };
    // of 'an image': the SHA-256 of its SHA-256, as it is one piece
    const root = createHash('sha256').update(createHash('sha256').update('an image').digest()).digest('hex');
    expect(await digested(`sha256-tree-1MiB:${root}`)).toEqual([]);
    expect(await digested(`sha256-tree-1MiB:${'0'.repeat(64)}`)).toEqual([
      `install/a.sif has digest sha256-tree-1MiB:${root} instead of sha256-tree-1MiB:${'0'.repeat(64)}`,
    ]);
    const blake = createHash('blake2b512').update(createHash('blake2b512').update('an image').digest()).digest('hex');
    expect(await digested(`blake2b512-tree-1MiB:${blake}`)).toEqual([]);
    expect(await digested(`of-later:${root}`)).toEqual([
      'install/a.sif was measured in a way that this version does not know: `of-later`',
    ]);
  });

  it.each(both)('has the image’s structure looked at, and says what is wrong with it: %j', async (how) => {
    const checkImage = async (path: string): Promise<string> => `looked at ${path.slice(root.length + 1)}`;
    expect(await differences({ ...how, checkImage })).toEqual(['install/a.sif looked at install/a.sif']);
  });

  it.each(both)('takes an own image that was removed for the central one as it should be: %j', async (how) => {
    rmSync(inInstall('a.sif'));
    record = { ...record, centralImages: [join(root, 'none'), join(root, 'central.sif')] };
    expect(await differences(how)).toEqual([]);
  });

  it.each(both)('looks at a linked image through its link: %j', async (how) => {
    rmSync(inInstall('a.sif'));
    symlinkSync(join(root, 'central.sif'), inInstall('a.sif'));
    const [image, ...others] = record.files;
    record = {
      ...record,
      image: record.image && { ...record.image, how: 'linked' },
      files: [...(image ? [{ ...image, link: join(root, 'central.sif') }] : []), ...others],
    };
    expect(await differences(how)).toEqual([]);
    writeFileSync(join(root, 'central.sif'), 'another image');
    expect(await differences(how)).toEqual(['install/a.sif has 13 bytes instead of 8']);
    rmSync(inInstall('a.sif'));
    symlinkSync(join(root, 'm.lua'), inInstall('a.sif'));
    expect(await differences(how)).toEqual([expect.stringMatching(/^install\/a\.sif is not the link to /)]);
  });

  it.each(both)('looks at a central image where it is: %j', async (how) => {
    record = { ...record, image: record.image && { ...record.image, how: 'central' }, files: record.files.slice(1) };
    expect(await differences(how)).toEqual([]);
    writeFileSync(join(root, 'central.sif'), 'another image');
    expect(await differences(how)).toEqual(['central.sif has 13 bytes instead of 8']);
    renameSync(join(root, 'central.sif'), join(root, 'moved.sif'));
    expect(await differences(how)).toEqual(['central.sif is not there']);
  });

  it('goes on where something cannot be read, but not when it is stopped', async () => {
    record = { ...record, modulefile: root };
    rmSync(inInstall('bin/x'));
    expect(await differences()).toEqual([
      'install/bin/x is not there',
      `${root} could not be looked at: cannot read \`${root}\`: it is a directory`,
    ]);
    expect((await failure(differences({ signal: AbortSignal.abort() }))).code).toBe('interrupted');
    const stopped = async (): Promise<never> => {
      throw new CtinstallError('interrupted', 'interrupted');
    };
    expect((await failure(differences({ isQuick: true, checkImage: stopped }))).code).toBe('interrupted');
  });
});

describe('findAreasOnce', () => {
  it('lists the module path of a prefix once, however many installs are looked at', async () => {
    writeTree(root, { 'modules/lang/a/1.lua': '', 'modules/a/1.lua': '', 'software/a/1/x': '' });
    const areasOf = findAreasOnce();
    const areas = areasOf(asPrefix(hostPath(root)));
    expect(await areas).toEqual(['lang']);
    expect(areasOf(asPrefix(hostPath(root)))).toBe(areas);
  });
});
