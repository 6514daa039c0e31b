import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeImage } from '../../src/image/describe-image.ts';
import { readImageMetadata } from '../../src/image/metadata.ts';
import { readImage, readSifContents } from '../../src/image/read-image.ts';
import { buildSif, goZeroTime, groupBits, numbers, partition } from './image-builders.ts';
import { fileReader } from './readers.ts';
import { apptainer, siftoolText, testbedImages } from './real-programs.ts';

let directory = '';
let squashfsPath = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ctinstall-siftool-'));
  await mkdir(join(directory, 'root/bin'), { recursive: true });
  await writeFile(join(directory, 'root/bin/sh'), 'not a shell');
  squashfsPath = join(directory, 'root.sqsh');
  await execa('mksquashfs', [join(directory, 'root'), squashfsPath, '-noappend', '-quiet', '-no-progress']);
});
afterAll(() => rm(directory, { recursive: true }));

/** That our text begins with what siftool prints, byte for byte. */
async function expectAgreement(path: string): Promise<void> {
  const image = await readSifContents(await fileReader(path), path);
  const expected = await siftoolText(path);
  expect(describeImage(image).slice(0, expected.length)).toBe(expected);
}

/** `siftool add`, with a file of its own for the data. */
async function add(sif: string, type: number, ...options: readonly string[]): Promise<void> {
  const data = join(directory, `data-${type}`);
  await writeFile(data, `data of type ${type}\n`);
  await apptainer(['sif', 'add', '--datatype', String(type), ...options, sif, data]);
}

async function addPartition(sif: string, type: number, arch: number, fileSystem = 1): Promise<void> {
  const options = ['--parttype', type, '--partfs', fileSystem, '--partarch', arch].map(String);
  await apptainer(['sif', 'add', '--datatype', '4', ...options, sif, squashfsPath]);
}

async function newSif(name: string): Promise<string> {
  const sif = join(directory, name);
  await apptainer(['sif', 'new', sif]);
  return sif;
}

/** An installed image, copied so that a test may change it. */
async function copyOfTiny(name: string): Promise<string> {
  const sif = join(directory, name);
  await copyFile(join(testbedImages, 'tiny.sif'), sif);
  return sif;
}

describe('agreement with siftool header and list', () => {
  it('on every image of the test bed, each of which can be read', async () => {
    const names = (await readdir(testbedImages)).filter((name) => name.endsWith('.sif'));
    expect(names).toContain('tiny.sif');
    for (const name of names) {
      const path = join(testbedImages, name);
      await expectAgreement(path);
      const image = await readImage(await fileReader(path), path);
      expect(image).toMatchObject({ kind: 'sif', rootFileSystem: { fileSystem: 'squashfs' } });
      const dump = await apptainer(['sif', 'dump', '2', path]);
      const metadata = await readImageMetadata(await fileReader(path), image, path);
      expect(metadata.labels).toEqual({
        kind: 'found',
        object: 2,
        value: JSON.parse(dump).data.attributes.labels,
      });
      expect(metadata.definition).toEqual({
        kind: 'found',
        object: 1,
        value: await apptainer(['sif', 'dump', '1', path]),
      });
    }
  });

  it('on a SIF with nothing in it', async () => {
    await expectAgreement(await newSif('empty.sif'));
  });

  it('on objects of every type that siftool adds, and after deleting some', async () => {
    const sif = await newSif('all.sif');
    await add(sif, 1, '--filename', 'recipe.def');
    await add(sif, 2);
    await add(sif, 3, '--groupid', '2');
    await addPartition(sif, 2, 2);
    await addPartition(sif, 4, 2, 2);
    await addPartition(sif, 3, 4);
    await addPartition(sif, 1, 12, 4);
    const entity = '433FE984155206BD962725E20E8713472A879943';
    for (const hash of ['1', '2', '3', '4', '5']) {
      await add(sif, 5, '--signhash', hash, '--signentity', entity, '--link', '4');
    }
    await add(sif, 6, '--filename', 'inspect-metadata.json', '--groupid', '1');
    await add(sif, 7, '--alignment', '512');
    await add(sif, 8);
    for (const format of ['cyclonedx-xml', 'spdx-tag-value', 'syft-json']) {
      await add(sif, 9, '--sbomformat', format);
    }
    await add(sif, 10);
    await add(sif, 11);
    await expectAgreement(sif);
    const before = await readImage(await fileReader(sif), sif);
    expect(before).toMatchObject({ rootFileSystem: { id: 4, architecture: 'amd64' } });
    const signature = before.kind === 'sif' ? before.descriptors[7] : undefined;
    expect(signature).toMatchObject({ type: 'signature', fingerprint: entity });
    for (const id of ['2', '6', '20']) await apptainer(['sif', 'del', id, sif]);
    await expectAgreement(sif);
    const after = await readSifContents(await fileReader(sif), sif);
    expect(after.descriptors.map(({ id }) => id)).not.toContain(6);
    await add(sif, 7);
    await expectAgreement(sif);
  });

  it('on another primary partition, and on none', async () => {
    const sif = await newSif('prim.sif');
    await addPartition(sif, 1, 4);
    await expectAgreement(sif);
    await apptainer(['sif', 'setprim', '1', sif]);
    await expectAgreement(sif);
    expect(await readImage(await fileReader(sif), sif)).toMatchObject({
      architecture: 'arm64',
      rootFileSystem: { architecture: 'arm64', id: 1 },
    });
    await apptainer(['sif', 'del', '1', sif]);
    await expectAgreement(sif);
  });

  it('on an image with an overlay', async () => {
    const sif = await copyOfTiny('overlay.sif');
    await apptainer(['overlay', 'create', '--size', '64', sif]);
    await expectAgreement(sif);
    const image = await readImage(await fileReader(sif), sif);
    expect(image.kind === 'sif' && image.descriptors.at(-1)).toMatchObject({
      type: 'partition',
      partitionType: 'overlay',
      fileSystem: 'ext3',
    });
  });

  it('on an image signed with a PGP key and with another one', async () => {
    const sif = await copyOfTiny('signed.sif');
    const home = join(directory, 'home');
    await mkdir(home);
    const user = ['-N', 'a', '-E', 'a@example.org', '-C', 'c', '-P', '', '-U=false', '-b', '2048'];
    await apptainer(['key', 'newpair', ...user], home);
    await apptainer(['sign', sif], home);
    const key = join(directory, 'key.pem');
    await execa('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key]);
    await apptainer(['sign', '--key', key, sif], home);
    await expectAgreement(sif);
    const image = await readImage(await fileReader(sif), sif);
    const signatures = image.kind === 'sif' ? image.descriptors.slice(-2) : [];
    const listed = await apptainer(['sif', 'info', '4', sif]);
    expect(signatures).toMatchObject([
      {
        type: 'signature',
        hash: 'SHA-256',
        link: { kind: 'group', id: 1 },
        fingerprint: /Entity: +([0-9A-F]{40})/.exec(listed)?.[1],
      },
      { type: 'signature', hash: 'SHA-256', fingerprint: undefined },
    ]);
    expect(describeImage(image)).toMatch(/Signer of 4: +[0-9A-F]{40}\nSigner of 5: +not given\n/);
  });

  it('on SIFs that no builder made', async () => {
    const path = join(directory, 'built.sif');
    // Apptainer 1.4's SIF library does not know 13 yet, loong64.
    const architecture = fc.constantFrom('00', '01', '02', '04', '06', '11', '12', '14', 'ab');
    const small = fc.integer({ min: -1, max: 9 });
    const time = fc.constantFrom(goZeroTime, 0n, -1n, 1_700_000_000n, 253402300800n, -99999999999n);
    const object = fc.record({
      type: fc.integer({ min: 0x4000, max: 0x400d }),
      data: fc.uint8Array({ maxLength: 5000 }),
      group: fc.constantFrom(0, 1, 7, 12345678),
      link: fc.constantFrom(0, 3, 1234567, groupBits + 1, (groupBits + 12345) >>> 0),
      used: fc.boolean(),
      id: fc.constantFrom(1, 2, 99999, 4294967295),
      extra: fc.oneof(
        fc.tuple(small, small, architecture).map(([fileSystem, type, code]) => partition(fileSystem, type, code)),
        fc.constantFrom(numbers(1, 0x100), numbers(2, 0x200), numbers(9, 9)),
      ),
    });
    const sif = fc.record({
      objects: fc.array(object, { maxLength: 12 }),
      slots: fc.integer({ min: 12, max: 200 }),
      architecture,
      launchScript: fc.constantFrom('', '#!/usr/bin/env run-singularity\n', '#!/bin/sh', 'x'.repeat(32)),
      uuid: fc.constantFrom(
        new Uint8Array(16),
        Uint8Array.from({ length: 16 }, (_, i) => i * 16),
      ),
      created: time,
      modified: time,
    });
    const run = fc.asyncProperty(sif, async (input) => {
      // siftool prints no type and no line end for a signature whose hash it does not know.
      const objects = input.objects.filter(({ type, extra }) => {
        const hash = Buffer.from(extra).readInt32LE(0);
        return type !== 0x4005 || (hash >= 1 && hash <= 5);
      });
      await writeFile(path, buildSif({ ...input, objects }));
      await expectAgreement(path);
    });
    await fc.assert(run, { numRuns: 20 });
  });

  it('on sizes at the edges of its rounding', async () => {
    const path = join(directory, 'sizes.sif');
    for (const size of [0n, 1023n, 1535n, 1536n, 1048575n, 2n ** 52n + 1n]) {
      const bytes = Buffer.from(buildSif({ objects: [] }));
      bytes.writeBigInt64LE(size, 120);
      await writeFile(path, bytes);
      await expectAgreement(path);
    }
  });
});
