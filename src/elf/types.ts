/** What an ELF file says of itself to the loader: enough to tell what it needs, and whether that fits elsewhere. */
export interface Elf {
  /** As `uname -m` says it: `x86_64`. */
  readonly machine: string;
  readonly soname: string | undefined;
  /** DT_NEEDED, in its order. */
  readonly needed: readonly string[];
  /** DT_RPATH, which counts before `LD_LIBRARY_PATH`; the loader ignores it where there is a DT_RUNPATH. */
  readonly rpath: readonly string[];
  /** DT_RUNPATH, which counts after it. */
  readonly runpath: readonly string[];
  /** The loader that a program asks for. */
  readonly interpreter: string | undefined;
  readonly versionsNeeded: readonly NeededVersion[];
  /** Versions of symbols that it gives: `GLIBC_2.34` of libc. */
  readonly versionsGiven: readonly string[];
  /** The build id, in hex: another build has another. */
  readonly buildId: string | undefined;
}

export interface NeededVersion {
  /** The library that gives it. */
  readonly library: string;
  readonly version: string;
  /** The loader does without it. */
  readonly isWeak: boolean;
}

/** `other`: no ELF file of 64 bits, little-endian; or one that contradicts itself. */
export type ReadElf = { readonly kind: 'elf'; readonly elf: Elf } | { readonly kind: 'other'; readonly why: string };

/** Bytes of a file; fewer than asked for only at its end. */
export interface ElfSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A program header, as far as it counts. */
export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
}
