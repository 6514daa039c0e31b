/** Where the bytes of an image come from; the host seam opens the file, nothing in `src/image` does. */
export interface ImageReader {
  /** Size of the file in bytes. */
  readonly size: number;
  /** `length` bytes from byte `offset`; fewer only where the file ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** What a pure parser hands back: the value, or what is wrong with the bytes (a clause that follows "…: "). */
export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  | { readonly kind: 'fault'; readonly fault: string };

/** The global header of a SIF. Sizes and offsets are bytes from the start of the file. */
export interface SifHeader {
  /** As stored, without the NUL padding; builders write `#!/usr/bin/env run-singularity\n`. */
  readonly launchScript: string;
  /** Version of the format, two digits: always `01` so far. */
  readonly version: string;
  /** Go's name of the primary architecture, `unknown` where the file gives none. */
  readonly architecture: string;
  /** Undefined for the all-zero UUID of a deterministic image. */
  readonly uuid: string | undefined;
  /** Seconds since 1970 UTC; undefined for Go's zero time (deterministic images) and for what a number cannot hold. */
  readonly created: number | undefined;
  /** As `created`. */
  readonly modified: number | undefined;
  readonly descriptorsFree: number;
  readonly descriptorsTotal: number;
  readonly descriptorsOffset: number;
  readonly descriptorsSize: number;
  readonly dataOffset: number;
  readonly dataSize: number;
}

export type FileSystemName =
  | 'squashfs'
  | 'ext3'
  | 'archive'
  | 'raw'
  | 'encrypted-squashfs'
  | 'gocryptfs-squashfs'
  | 'unknown';

export type PartitionType = 'system' | 'primary-system' | 'data' | 'overlay' | 'unknown';

/** What an object of a SIF is, with the fields that only its type has. */
export type SifObjectDetails =
  | { readonly type: 'definition-file' }
  | { readonly type: 'environment' }
  | { readonly type: 'labels' }
  | {
      readonly type: 'partition';
      readonly fileSystem: FileSystemName;
      readonly partitionType: PartitionType;
      /** Go's name, or `unknown`. */
      readonly architecture: string;
    }
  | {
      readonly type: 'signature';
      /** As siftool writes it: `SHA-256`; `Unknown` for a code that the format does not have. */
      readonly hash: string;
      /** 40 hex digits, upper case: the PGP key; undefined where the signer gave none (X.509, plain keys). */
      readonly fingerprint: string | undefined;
    }
  | { readonly type: 'generic-json' }
  | { readonly type: 'generic' }
  | { readonly type: 'crypto-message'; readonly format: string; readonly message: string }
  | { readonly type: 'sbom'; readonly format: string }
  | { readonly type: 'oci-root-index'; readonly digest: string | undefined }
  | { readonly type: 'oci-blob'; readonly digest: string | undefined }
  | { readonly type: 'unknown'; readonly typeCode: number };

/** One used descriptor of a SIF: an object of the image and where it lies. */
export type SifDescriptor = SifObjectDetails & {
  /** From 1; not renumbered when another object is deleted. */
  readonly id: number;
  /** siftool's word for the type: `FS`, `Def.FILE`, …. */
  readonly typeName: string;
  readonly group: number | undefined;
  readonly link: { readonly kind: 'object' | 'group'; readonly id: number } | undefined;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** As stored, without the NUL padding; anyone may have chosen it, so print it through `printable`. */
  readonly name: string;
  /** Seconds since 1970 UTC, as in the header. */
  readonly created: number | undefined;
  readonly modified: number | undefined;
};

export type SquashfsCompressor = 'gzip' | 'lzma' | 'lzo' | 'xz' | 'lz4' | 'zstd';

/** The superblock of a squashfs 4.0. */
export interface SquashfsSuperblock {
  /** `4.0`. */
  readonly version: string;
  readonly compressor: SquashfsCompressor;
  /** Bytes, a power of two from 4096 to 1 MiB. */
  readonly blockSize: number;
  /** Bytes that the file system needs: a file or partition smaller than this is cut off. */
  readonly bytesUsed: number;
  /** Bytes from the start of the file system: a table that lies near its end. */
  readonly idTableStart: number;
  /** When it was made: seconds since 1970 UTC. */
  readonly mkfsTime: number;
  readonly inodes: number;
  /** How many different ids of users and groups own its files. */
  readonly ids: number;
}

/** The superblock of an ext3 file system. */
export interface Ext3Superblock {
  /** Bytes. */
  readonly blockSize: number;
  /** Bytes that the file system takes: block count × block size. */
  readonly bytesUsed: number;
  readonly uuid: string;
  readonly label: string;
}

/** The one partition of a SIF that a runtime mounts as `/`. */
export interface RootFileSystem {
  /** Id of its descriptor. */
  readonly id: number;
  readonly fileSystem: 'squashfs' | 'ext3' | 'encrypted-squashfs' | 'gocryptfs-squashfs';
  /** Go's name, or `unknown`: the one that the runtime compares with the host's. */
  readonly architecture: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** For `squashfs`; the encrypted forms hide theirs. */
  readonly squashfs: SquashfsSuperblock | undefined;
}

/** A whole SIF, runnable or not: all its objects lie inside the file. */
export interface SifContents extends SifHeader {
  readonly kind: 'sif';
  /** Bytes. */
  readonly fileSize: number;
  /** The used descriptors in the order of the table. */
  readonly descriptors: readonly SifDescriptor[];
}

/** A SIF that a runtime can start. */
export interface SifImage extends SifContents {
  readonly rootFileSystem: RootFileSystem;
}

/** A squashfs that is an image by itself. */
export interface SquashfsImage extends SquashfsSuperblock {
  readonly kind: 'squashfs';
  /** Bytes. */
  readonly fileSize: number;
  /** Bytes before the superblock: 0, or the launch script that Singularity 2 put there. */
  readonly offset: number;
}

/** An ext3 file system that is an image by itself (Singularity 2; the runtimes still start it). */
export interface Ext3Image extends Ext3Superblock {
  readonly kind: 'ext3';
  /** Bytes. */
  readonly fileSize: number;
  /** As for `SquashfsImage`. */
  readonly offset: number;
}

/** What is known of an image from a few small reads. Survives `JSON.stringify` (undefined fields are left out). */
export type ImageDescription = SifImage | SquashfsImage | Ext3Image;
