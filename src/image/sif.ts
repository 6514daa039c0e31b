/**
 * The header and the descriptor table of the Singularity Image Format.
 * Source: apptainer/sif `pkg/sif/{sif,load,descriptor}.go`. Little-endian, packed.
 */
import { hasAscii, hex, isZero, readCString, readInt64, readPaddedText, uuidText, viewOf } from './bytes.ts';
import {
  architectureNames,
  cryptoFormats,
  cryptoMessages,
  fileSystems,
  objectTypes,
  partitionTypes,
  sbomFormats,
  signatureHashes,
} from './sif-codes.ts';
import type { Parsed, SifDescriptor, SifHeader, SifObjectDetails } from './types.ts';

/** Bytes of the header. */
export const sifHeaderSize = 128;
/** Bytes of one descriptor. */
export const sifDescriptorSize = 585;
/** The most descriptors that we read: 1.2 MB. Builders make 48; what claims more than this is damaged. */
export const maxSifDescriptors = 2048;

const groupBits = 0xf0000000;
/** What Go's `time.Time{}.Unix()` gives: "no time". */
const goZeroTime = -62135596800;

/** Whether the first bytes of a file are a SIF's. */
export function isSif(bytes: Uint8Array): boolean {
  return hasAscii(bytes, 32, 'SIF_MAGIC\0');
}

/**
 * The global header, from the first 128 bytes of a file. A fault where they are fewer, not a SIF's, of another
 * version of the format, or where a count, size or offset is impossible. Never looks at more than 128 bytes.
 */
export function parseSifHeader(bytes: Uint8Array): Parsed<SifHeader> {
  if (bytes.length < sifHeaderSize) return fault(`a SIF header is ${sifHeaderSize} bytes`);
  if (!isSif(bytes)) return fault('no SIF_MAGIC at byte 32');
  if (!hasAscii(bytes, 42, '01\0')) return fault('it is of another version of SIF than 01');
  const view = viewOf(bytes);
  const bad: string[] = [];
  const count = (offset: number, what: string): number => {
    const value = readInt64(view, offset);
    if (value !== undefined && value >= 0) return value;
    bad.push(`its ${what} is ${view.getBigInt64(offset, true)}`);
    return 0;
  };
  const header: SifHeader = {
    launchScript: readPaddedText(bytes, 0, 32),
    version: readPaddedText(bytes, 42, 3),
    architecture: readArchitecture(bytes, 45),
    uuid: isZero(bytes.subarray(48, 64)) ? undefined : uuidText(bytes.subarray(48, 64)),
    created: readTime(view, 64),
    modified: readTime(view, 72),
    descriptorsFree: count(80, 'count of free descriptors'),
    descriptorsTotal: count(88, 'count of descriptors'),
    descriptorsOffset: count(96, 'offset of descriptors'),
    descriptorsSize: count(104, 'size of descriptors'),
    dataOffset: count(112, 'offset of data'),
    dataSize: count(120, 'size of data'),
  };
  const { descriptorsTotal: total, descriptorsOffset: start } = header;
  if (total > maxSifDescriptors) {
    bad.push(`its count of descriptors is ${total}, more than ${maxSifDescriptors}`);
  } else if (header.descriptorsSize < total * sifDescriptorSize) {
    bad.push(`its ${total} descriptors do not fit in the ${header.descriptorsSize} bytes it gives them`);
  }
  if (total > 0 && start < sifHeaderSize && bad.length === 0) {
    bad.push(`its descriptors begin inside its header, at byte ${start}`);
  }
  const [first] = bad;
  return first === undefined ? { kind: 'parsed', value: header } : fault(first);
}

/**
 * The used descriptors, in the order of the table, from the bytes that begin at `header.descriptorsOffset`
 * (at least `descriptorsTotal` × 585 of them, else a fault). Offsets and sizes are non-negative, and so is their
 * sum, a safe integer; whether the file is that long is for the caller to see.
 */
export function parseSifDescriptors(
  bytes: Uint8Array,
  header: Pick<SifHeader, 'descriptorsTotal'>,
): Parsed<SifDescriptor[]> {
  const total = header.descriptorsTotal;
  if (bytes.length < total * sifDescriptorSize) return fault('its descriptors are cut off');
  const descriptors: SifDescriptor[] = [];
  for (let slot = 0; slot < total; slot++) {
    const raw = bytes.subarray(slot * sifDescriptorSize, (slot + 1) * sifDescriptorSize);
    if (raw[4] === 0) continue;
    const parsed = parseDescriptor(raw);
    if (parsed.kind === 'fault') return parsed;
    descriptors.push(parsed.value);
  }
  return { kind: 'parsed', value: descriptors };
}

function parseDescriptor(raw: Uint8Array): Parsed<SifDescriptor> {
  const view = viewOf(raw);
  const id = view.getUint32(5, true);
  const offset = readInt64(view, 17) ?? -1;
  const size = readInt64(view, 25) ?? -1;
  if (offset < 0 || size < 0 || !Number.isSafeInteger(offset + size)) {
    const place = `${view.getBigInt64(25, true)} bytes at byte ${view.getBigInt64(17, true)}`;
    return fault(`its object ${id} would be ${place}`);
  }
  const group = withoutGroupBits(view.getUint32(9, true));
  const link = view.getUint32(13, true);
  const typeCode = view.getInt32(0, true);
  return {
    kind: 'parsed',
    value: {
      id,
      ...readDetails(typeCode, raw.subarray(201)),
      typeName: objectTypes.get(typeCode)?.[1] ?? 'Unknown',
      group: group === 0 ? undefined : group,
      link:
        withoutGroupBits(link) === 0
          ? undefined
          : { kind: link >= groupBits ? 'group' : 'object', id: withoutGroupBits(link) },
      offset,
      size,
      name: readPaddedText(raw, 73, 128),
      created: readTime(view, 41),
      modified: readTime(view, 49),
    },
  };
}

function readDetails(typeCode: number, extra: Uint8Array): SifObjectDetails {
  const type = objectTypes.get(typeCode)?.[0] ?? 'unknown';
  const view = viewOf(extra);
  const first = view.getInt32(0, true);
  const second = view.getInt32(4, true);
  switch (type) {
    case 'partition':
      return {
        type,
        fileSystem: fileSystems.get(first) ?? 'unknown',
        partitionType: partitionTypes.get(second) ?? 'unknown',
        architecture: readArchitecture(extra, 8),
      };
    case 'signature': {
      const entity = extra.subarray(4, 24);
      return {
        type,
        hash: signatureHashes.get(first) ?? 'Unknown',
        fingerprint: isZero(entity) ? undefined : hex(entity).toUpperCase(),
      };
    }
    case 'crypto-message':
      return {
        type,
        format: cryptoFormats.get(first) ?? 'Unknown',
        message: cryptoMessages.get(second) ?? 'Unknown',
      };
    case 'sbom':
      return { type, format: sbomFormats.get(first) ?? 'unknown' };
    case 'oci-root-index':
    case 'oci-blob': {
      const digest = readCString(extra, 0, extra.length);
      return { type, digest: /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : undefined };
    }
    case 'unknown':
      return { type, typeCode };
    default:
      return { type };
  }
}

function withoutGroupBits(id: number): number {
  return id & 0x0fffffff;
}

function readArchitecture(bytes: Uint8Array, offset: number): string {
  return architectureNames.get(readPaddedText(bytes, offset, 3)) ?? 'unknown';
}

function readTime(view: DataView, offset: number): number | undefined {
  const seconds = readInt64(view, offset);
  return seconds === goZeroTime ? undefined : seconds;
}

function fault(text: string): { readonly kind: 'fault'; readonly fault: string } {
  return { kind: 'fault', fault: text };
}
