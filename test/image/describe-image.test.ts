import { describe, expect, it } from 'vitest';
import { describeImage, describeLabels } from '../../src/image/describe-image.ts';
import { readImage, readSifContents } from '../../src/image/read-image.ts';
import { ascii, buildSif, goZeroTime, numbers, rootObject, squashfs } from './image-builders.ts';
import { bytesReader } from './readers.ts';

describe('describeImage', () => {
  it('shows a SIF as siftool does, then the rest', async () => {
    const key = Buffer.alloc(20, 0xab);
    const bytes = buildSif({
      objects: [
        { type: 0x4001, data: ascii('bootstrap'), group: 1 },
        { type: 0x4006, data: ascii('{}'), group: 1, name: 'inspect-\u001b[31mmetadata\n.json' },
        { ...rootObject(), group: 1 },
        {
          type: 0x4005,
          data: ascii('sig'),
          link: 0xf0000001,
          extra: Buffer.concat([numbers(1), key]),
        },
      ],
    });
    expect(describeImage(await readImage(bytesReader(bytes), 'x.sif'))).toBe(
      [
        'Launch Script:        #!/usr/bin/env run-singularity',
        'Version:              01',
        'Primary Architecture: amd64',
        'ID:                   01020304-0506-0708-090a-0b0c0d0e0f10',
        'Created At:           2023-11-14 22:13:20 +0000 UTC',
        'Modified At:          2023-11-14 22:13:21 +0000 UTC',
        'Descriptors Free:     44',
        'Descriptors Total:    48',
        'Descriptors Offset:   4096',
        'Descriptors Size:     27 KiB',
        'Data Offset:          32176',
        'Data Size:            9 KiB',
        '------------------------------------------------------------------------------',
        'ID   |GROUP   |LINK    |SIF POSITION (start-end)  |TYPE',
        '------------------------------------------------------------------------------',
        '1    |1       |NONE    |32176-32185               |Def.FILE',
        '2    |1       |NONE    |32185-32187               |JSON.Generic',
        '3    |1       |NONE    |32768-40960               |FS (Squashfs/*System/amd64)',
        '4    |NONE    |1   (G) |40960-40963               |Signature (SHA-256)',
        '',
        'Root File System: object 3, Squashfs, amd64',
        'Compressor:       gzip',
        'Block Size:       128 KiB',
        'Bytes Used:       8 092',
        'File System Made: 2020-09-13 12:26:40 +0000 UTC',
        'Name of 2:        inspect-\\x1b[31mmetadata\\x0a.json',
        `Signer of 4:      ${'AB'.repeat(20)}`,
        'File Size:        40 963 bytes',
        '',
      ].join('\n'),
    );
  });

  it('leaves out what the file does not say', async () => {
    const bytes = buildSif({
      objects: [{ type: 0x4005, link: 3 }],
      launchScript: '',
      architecture: '00',
      uuid: new Uint8Array(16),
      created: goZeroTime,
      modified: goZeroTime,
    });
    const text = describeImage(await readSifContents(bytesReader(bytes), 'x.sif'));
    expect(text).toMatch(/^Version: {12}01\nDescriptors Free: {3}47\n/);
    expect(text).toContain('1    |NONE    |3       |32176-32176               |Signature (Unknown)\n');
    expect(text).toMatch(/\n\nSigner of 1: not given\nFile Size: {3}32 176 bytes\n$/);
  });

  it.each([
    [-1n, '1969-12-31 23:59:59'],
    [-62135596801n, '0000-12-31 23:59:59'],
    [-62167219201n, '-0001-12-31 23:59:59'],
    [253402300800n, '10000-01-01 00:00:00'],
    [8640000000001n, undefined],
  ])('writes the time %i as Go does', async (created, expected) => {
    const image = await readImage(bytesReader(buildSif({ created })), 'x.sif');
    const shown = expected === undefined ? '8640000000001 s since 1970' : `${expected} +0000 UTC`;
    expect(describeImage(image)).toContain(`Created At:           ${shown}\n`);
  });

  it('shows a squashfs', async () => {
    const image = await readImage(bytesReader(squashfs(8192, { compressor: 6 })), 'x.sqsh');
    expect(describeImage(image)).toBe(
      [
        'Image:            Squashfs',
        'Compressor:       zstd',
        'Block Size:       128 KiB',
        'Bytes Used:       8 092',
        'File System Made: 2020-09-13 12:26:40 +0000 UTC',
        'File Size:        8 192 bytes',
        '',
      ].join('\n'),
    );
  });
});

describe('describeLabels', () => {
  const rest = { definition: { kind: 'missing' }, runscript: { kind: 'missing' } } as const;

  it('shows one label a line, by name', () => {
    const value = { version: '1\n2', author: 'someone' };
    expect(describeLabels({ ...rest, labels: { kind: 'found', object: 2, value } })).toBe(
      'author:  someone\nversion: 1\\x0a2\n',
    );
  });

  it('says why there are none', () => {
    expect(describeLabels({ ...rest, labels: { kind: 'missing' } })).toBe('Labels: none\n');
    expect(describeLabels({ ...rest, labels: { kind: 'found', object: 2, value: {} } })).toBe('Labels: none\n');
    const labels = { kind: 'unusable', object: 2, why: 'it is not JSON' } as const;
    expect(describeLabels({ ...rest, labels })).toBe('Labels: object 2 cannot be used: it is not JSON\n');
  });
});
