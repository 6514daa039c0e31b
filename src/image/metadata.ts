import { groupedDigits } from './printable.ts';
import { readBytes } from './read-bytes.ts';
import type { ImageDescription, ImageReader, SifContents, SifDescriptor } from './types.ts';

/** No object longer than this is read, in bytes. */
export const maxMetadataSize = 1024 * 1024;

/** A part of an image's metadata: there, not there, or there and of no use (`why` is a clause). */
export type MetadataPart<T> =
  | { readonly kind: 'found'; readonly value: T; readonly object: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly why: string; readonly object: number };

/** What the builder wrote into a SIF beside the file system. All of it is text that anyone may have written. */
export interface ImageMetadata {
  /** Label → text. A value that is no text is given as JSON. */
  readonly labels: MetadataPart<Readonly<Record<string, string>>>;
  /** The definition file. */
  readonly definition: MetadataPart<string>;
  readonly runscript: MetadataPart<string>;
}

type Attributes = MetadataPart<Readonly<Record<string, unknown>>>;

const missing = { kind: 'missing' } as const;

/**
 * The labels, the definition file and the run script of a SIF: from its objects `inspect-metadata.json` and
 * `Def.FILE` (Apptainer `pkg/inspect`), with no runtime and without looking into the file system. Reads at
 * most 1 MiB of each. Bad JSON or an object that is too long is a value that says so; only a read that fails throws
 * (`image-unreadable`, `image-changed`). A bare squashfs or ext3 has none of them.
 */
export async function readImageMetadata(
  reader: ImageReader,
  image: ImageDescription | SifContents,
  displayPath: string,
): Promise<ImageMetadata> {
  const objects = image.kind === 'sif' ? image.descriptors : [];
  const inspect = objects.find(({ type, name }) => type === 'generic-json' && name === 'inspect-metadata.json');
  const definition = objects.find(({ type }) => type === 'definition-file');
  const attributes = parseAttributes(await readText(reader, inspect, displayPath));
  const written = await readText(reader, definition, displayPath);
  return {
    labels: pick(attributes, 'labels', parseLabels),
    definition: written.kind === 'missing' ? pick(attributes, 'deffile', parseText) : written,
    runscript: pick(attributes, 'runscript', parseText),
  };
}

async function readText(
  reader: ImageReader,
  object: SifDescriptor | undefined,
  displayPath: string,
): Promise<MetadataPart<string>> {
  if (object === undefined) return missing;
  if (object.size > maxMetadataSize) {
    const sizes = `${groupedDigits(object.size)} bytes, more than ${groupedDigits(maxMetadataSize)}`;
    return { kind: 'unusable', why: `it is ${sizes}`, object: object.id };
  }
  const { id, offset, size } = object;
  const bytes = await readBytes(reader, { offset, length: size, displayPath });
  return { kind: 'found', value: new TextDecoder().decode(bytes), object: id };
}

function parseAttributes(text: MetadataPart<string>): Attributes {
  if (text.kind !== 'found') return text;
  let json: unknown;
  try {
    json = JSON.parse(text.value);
  } catch {
    return { kind: 'unusable', why: 'it is not JSON', object: text.object };
  }
  const attributes = field(field(json, 'data'), 'attributes');
  if (isRecord(attributes)) return { kind: 'found', value: attributes, object: text.object };
  return { kind: 'unusable', why: 'it has no `data.attributes`', object: text.object };
}

function pick<T>(attributes: Attributes, name: string, parse: (value: unknown) => T | undefined): MetadataPart<T> {
  if (attributes.kind !== 'found') return attributes;
  const written = field(attributes.value, name);
  if (written === undefined || written === null) return missing;
  const { object } = attributes;
  const value = parse(written);
  if (value !== undefined) return { kind: 'found', value, object };
  return { kind: 'unusable', why: `its \`${name}\` is of the wrong type`, object };
}

function parseText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function parseLabels(value: unknown): Record<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([name, label]) => [name, labelText(label)]));
}

function labelText(label: unknown): string {
  if (typeof label === 'string') return label;
  try {
    return JSON.stringify(label);
  } catch {
    return '(not text)'; // nested deeper than JSON.stringify can go
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
