/** What an image has for GPUs. */
export interface ImageGpu {
  /** Version of CUDA: `12.4.1`. */
  readonly cuda?: string | undefined;
  /** Whether it brings NVIDIA's libraries for older drivers (the package `cuda-compat`), or says that it does. */
  readonly hasForwardCompatibility?: boolean | undefined;
  /** Version of ROCm: `6.2.4`. */
  readonly rocm?: string | undefined;
}

/** The GPUs of a node; the version of a driver is undefined where it has none of its own. */
export interface NodeGpus {
  readonly nvidia?: { readonly driver: string | undefined } | undefined;
  readonly amd?: { readonly driver: string | undefined } | undefined;
}

export type Maker = 'NVIDIA' | 'AMD';

/** The driver that an image needs of a maker's GPUs. */
export interface DriverRange {
  readonly least: string | undefined;
  /** The first version that is too new. */
  readonly below: string | undefined;
}

/** What a node must have for an image. All that is said of it is text here: a modulefile only compares. */
export interface GpuNeeds {
  readonly maker: Maker;
  readonly range: DriverRange;
  /** Said where a node has GPUs, but only of the other maker. */
  readonly otherMaker: string;
  /** Said in front of the version of a driver that does not do, and behind it. */
  readonly badDriver: readonly [before: string, behind: string];
}
