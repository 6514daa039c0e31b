import { describe, expect, it } from 'vitest';
import { type ImageMetadata, maxMetadataSize, readImageMetadata } from '../../src/image/metadata.ts';
import { readImage } from '../../src/image/read-image.ts';
import { failure } from './failure.ts';
import { ascii, buildSif, type ObjectInput, rootObject, squashfs } from './image-builders.ts';
import { bytesReader } from './readers.ts';

async function metadata(...objects: readonly ObjectInput[]): Promise<ImageMetadata> {
  const bytes = buildSif({ objects: [...objects, rootObject()] });
  const image = await readImage(bytesReader(bytes), 'x.sif');
  const reader = bytesReader(bytes);
  const found = await readImageMetadata(reader, image, 'x.sif');
  expect(reader.requested).toBeLessThanOrEqual(2 * maxMetadataSize);
  return found;
}

function inspect(text: string): ObjectInput {
  return { type: 0x4006, name: 'inspect-metadata.json', data: ascii(text) };
}

function attributes(value: unknown): ObjectInput {
  return inspect(JSON.stringify({ data: { attributes: value }, type: 'container' }));
}

describe('readImageMetadata', () => {
  it('finds labels, run script and definition file', async () => {
    const found = await metadata(
      { type: 0x4001, data: ascii('bootstrap: docker\n') },
      { type: 0x4006, name: 'oci-config.json', data: ascii('{"data":1}') },
      attributes({ labels: { 'org.x': 'é', n: 'm' }, deffile: 'other', runscript: '#!/bin/sh\n' }),
    );
    expect(found).toEqual({
      labels: { kind: 'found', object: 3, value: { 'org.x': 'é', n: 'm' } },
      definition: { kind: 'found', object: 1, value: 'bootstrap: docker\n' },
      runscript: { kind: 'found', object: 3, value: '#!/bin/sh\n' },
    });
  });

  it('takes the definition file of the metadata where there is no object for it', async () => {
    expect((await metadata(attributes({ deffile: 'from: x' }))).definition).toEqual({
      kind: 'found',
      object: 1,
      value: 'from: x',
    });
  });

  it('says that there is nothing', async () => {
    const missing = { kind: 'missing' };
    const none = { labels: missing, definition: missing, runscript: missing };
    expect(await metadata()).toEqual(none);
    expect(await metadata(attributes({ labels: null }))).toEqual(none);
    expect(await metadata({ ...attributes({ labels: { a: 'b' } }), name: 'other.json' })).toEqual(none);
    expect(await metadata({ ...attributes({ labels: { a: 'b' } }), type: 0x4007 })).toEqual(none);
    const bare = await readImage(bytesReader(squashfs()), 'x');
    expect(await readImageMetadata(bytesReader(squashfs()), bare, 'x')).toEqual(none);
  });

  it.each([
    ['no JSON', inspect('{"data":'), 'it is not JSON'],
    ['nothing', inspect(''), 'it is not JSON'],
    ['a list', inspect('[]'), 'it has no `data.attributes`'],
    ['null', inspect('null'), 'it has no `data.attributes`'],
    ['attributes that are text', inspect('{"data":{"attributes":"x"}}'), 'it has no `data.attributes`'],
    ['inherited names', inspect('{"__proto__":{"data":{}}}'), 'it has no `data.attributes`'],
    ['labels that are a list', attributes({ labels: [] }), 'its `labels` is of the wrong type'],
    ['labels that are text', attributes({ labels: 'x' }), 'its `labels` is of the wrong type'],
    ['deep nesting', inspect('['.repeat(100_000)), 'it is not JSON'],
  ])('says that the object is of no use: %s', async (_, object, why) => {
    expect((await metadata(object)).labels).toEqual({ kind: 'unusable', object: 1, why });
  });

  it('gives labels that are no text as JSON, and keeps odd names as they are', async () => {
    const deep = `{"d":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const found = await metadata(
      inspect(`{"data":{"attributes":{"labels":{"n":1,"l":["x"],"__proto__":"p","":"e"}}}}`),
    );
    const labels = found.labels.kind === 'found' ? found.labels.value : {};
    expect(Object.entries(labels)).toEqual([
      ['n', '1'],
      ['l', '["x"]'],
      ['__proto__', 'p'],
      ['', 'e'],
    ]);
    const nested = await metadata(inspect(`{"data":{"attributes":{"labels":${deep}}}}`));
    expect(nested.labels.kind).toBe('found');
  });

  it('reads an object of 1 MiB and none that is longer', async () => {
    const text = `{"data":{"attributes":{"labels":{"a":"b"}}}}`;
    const full = await metadata(inspect(text.padEnd(maxMetadataSize)));
    expect(full.labels).toMatchObject({ kind: 'found', value: { a: 'b' } });
    const long = await metadata(inspect(text.padEnd(maxMetadataSize + 1)));
    expect(long.labels).toEqual({
      kind: 'unusable',
      object: 1,
      why: 'it is 1 048 577 bytes, more than 1 048 576',
    });
  });

  it('throws where the file can no longer be read', async () => {
    const bytes = buildSif({ objects: [attributes({}), rootObject()] });
    const image = await readImage(bytesReader(bytes), 'x.sif');
    const reader = { size: bytes.length, read: () => Promise.reject(new Error('EIO')) };
    expect((await failure(readImageMetadata(reader, image, 'x.sif'))).code).toBe('image-unreadable');
  });
});
