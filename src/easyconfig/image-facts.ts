/** What was found out about an image, for the first draft of its easyconfig. Anyone may have written what labels say. */
export interface ImageFacts {
  /** Its file name; undefined where only a source is known. */
  readonly file: string | undefined;
  readonly source: string | undefined;
  readonly sha256: string | undefined;
  /** When it was made: seconds since 1970 UTC. */
  readonly created: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly definition: string | undefined;
  readonly runscript: string | undefined;
  /** What it was made of, where `ctinstall build` made it: all else that it says of itself is of its base. */
  readonly built: BuiltFacts | undefined;
  /** Undefined where nobody looked into it. */
  readonly inside: InsideFacts | undefined;
}

export interface BuiltFacts {
  /** File name of the image that it was built on. */
  readonly on: string;
  /** What was asked for: files, and packages by their names. */
  readonly added: readonly string[];
}

/** Of an image that nobody has looked at. */
export const noFacts: ImageFacts = {
  file: undefined,
  source: undefined,
  sha256: undefined,
  created: undefined,
  labels: {},
  definition: undefined,
  runscript: undefined,
  built: undefined,
  inside: undefined,
};

/** What a look into the image showed. */
export interface InsideFacts {
  /** `Debian GNU/Linux 12 (bookworm)` */
  readonly system: string | undefined;
  readonly python:
    | {
        readonly path: string;
        readonly version: string;
        /** Whether virtual environments can be made with it: some distributions leave `ensurepip` out. */
        readonly makesVenvs: boolean;
      }
    | undefined;
  /** Python packages, as `name/version`. */
  readonly packages: readonly string[];
  readonly conda: { readonly root: string; readonly environments: readonly string[] } | undefined;
  /** What the image itself activates for its run scripts. */
  readonly withConda: string | undefined;
  /** Programs that are not of the system. */
  readonly commands: readonly string[];
  /** Of the programs that were looked for those on `PATH`, as full paths. */
  readonly programs: readonly string[];
  /** What `mpirun` says it is: `mpirun (Open MPI) 4.1.4`. */
  readonly mpi?: string | undefined;
  /** Versions of the GPU libraries. */
  readonly cuda?: string | undefined;
  readonly rocm?: string | undefined;
}
