import { constants, gunzipSync } from 'node:zlib';
import { hasAscii, hex, isZero, readCString } from './bytes.ts';
import { printable } from './printable.ts';

/** What a file that is no image looks like, and what the user can do about it. */
export interface Likeness {
  /** Completes "it …": `is empty`, `is an HTML page`. */
  readonly looks: string;
  /** One imperative line. */
  readonly hint: string;
}

const copyAgain = 'copy or download the image again';
const toSif = 'make a SIF of it: `singularity build <image>.sif';

/** The beginnings of files that people take for images. Source: file(1)'s magic. */
const beginnings: readonly (readonly [number, string, string])[] = [
  [0, '\xfd7zXZ\0', 'is xz-compressed'],
  [0, '\x28\xb5\x2f\xfd', 'is zstd-compressed'],
  [0, 'BZh', 'is bzip2-compressed'],
  [0, 'PK\x03\x04', 'is a ZIP archive'],
  [0, '7z\xbc\xaf\x27\x1c', 'is a 7z archive'],
  [0, '\x7fELF', 'is an ELF program'],
  [0, 'LUKS\xba\xbe', 'is an encrypted (LUKS) volume'],
  [0, 'QFI\xfb', 'is a QEMU disk image'],
  [0, 'sqsh', 'is a big-endian squashfs of an old version'],
  [0, '\x89HDF', 'is an HDF5 file'],
  [0, '%PDF-', 'is a PDF'],
];

/** Tab, line feed, vertical tab, form feed, carriage return, escape (colours). */
const textControls: ReadonlySet<number> = new Set([9, 10, 11, 12, 13, 27]);

/** What a file that is no image looks like, from its first bytes (2048 are enough) and its size in bytes. */
export function recognise(head: Uint8Array, size: number): Likeness {
  if (size === 0) return { looks: 'is empty', hint: copyAgain };
  if (isZero(head)) {
    const much = head.length < size ? `begins with ${head.length} zero bytes` : 'is all zero bytes';
    return { looks: `${much}: a copy of it never got there`, hint: copyAgain };
  }
  if (hasAscii(head, 0, '\x1f\x8b')) return gzipLikeness(head);
  const tar = tarLikeness(head);
  if (tar !== undefined) return tar;
  const known = beginnings.find(([offset, text]) => hasAscii(head, offset, text));
  if (known !== undefined) {
    const archive = /compressed|archive/.test(known[2]);
    return { looks: known[2], hint: archive ? 'unpack it first' : 'name the image file itself' };
  }
  const sif = Buffer.from(head).indexOf('SIF_MAGIC\0', 0, 'latin1');
  if (sif > 32) {
    return { looks: `is a SIF with ${sif - 32} bytes put before its header`, hint: copyAgain };
  }
  return (
    textLikeness(head) ?? {
      looks: `is of no known kind (it begins with the bytes ${hex(head.subarray(0, 8)).replace(/..(?=.)/g, '$& ')})`,
      hint: 'name a SIF, squashfs or ext3 image; if it should be one, copy it again',
    }
  );
}

function gzipLikeness(head: Uint8Array): Likeness {
  try {
    // 2048 bytes of gzip hold at most 2 MiB; the stream's end is missing, which is what the flush mode allows.
    const inner = gunzipSync(head, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 4 * 1024 * 1024,
    });
    const tar = tarLikeness(inner);
    if (tar !== undefined) return { ...tar, looks: tar.looks.replace('is a', 'is a gzip-compressed') };
  } catch {
    // Not gzip after its first bytes: what it begins with is all there is to say.
  }
  return { looks: 'is gzip-compressed', hint: 'unpack it first' };
}

function tarLikeness(head: Uint8Array): Likeness | undefined {
  if (!hasAscii(head, 257, 'ustar')) return undefined;
  const first = readCString(head, 0, 100).replace(/^\.\//, '');
  if (/^(oci-layout|index\.json)$/.test(first)) {
    return { looks: 'is a tar archive of an OCI layout', hint: `${toSif} oci-archive:<file>\`` };
  }
  if (/^(manifest\.json|repositories|blobs\/|[0-9a-f]{64}(\/|\.json|\.tar|$))/.test(first)) {
    return {
      looks: 'is a tar archive as `docker save` writes it',
      hint: `${toSif} docker-archive:<file>\``,
    };
  }
  return {
    looks: `is a tar archive (its first file: \`${printable(first.slice(0, 60))}\`)`,
    hint: 'name the image file itself',
  };
}

function textLikeness(head: Uint8Array): Likeness | undefined {
  // The last character may be cut in two, so the decoder must not be strict about the end.
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
  if (head.some((byte) => byte < 32 && !textControls.has(byte))) return undefined;
  const start = text.trimStart();
  if (/^<(!doctype\s+html|html)\b/i.test(start)) {
    return {
      looks: 'is an HTML page (what a server sends in place of a file: a login or an error)',
      hint: 'download the image again, and look whether the address wants a login',
    };
  }
  if (start.startsWith('version https://git-lfs.github.com/')) {
    return { looks: 'is a Git LFS pointer', hint: 'fetch the file itself: `git lfs pull`' };
  }
  const line = printable((start.split('\n', 1)[0] ?? '').slice(0, 60));
  const began = line === '' ? '' : ` (it begins with \`${line}\`)`;
  const hint = 'name the image file itself; if this was a download, look at what it says';
  if (/^[{[]/.test(start)) return { looks: `is JSON text${began}`, hint };
  if (start.startsWith('#!')) return { looks: `is a script${began}`, hint };
  if (start.startsWith('<')) return { looks: `is XML text${began}`, hint };
  return { looks: `is text${began}`, hint };
}
