import type { ContainerPath } from '../lib/paths.ts';

/**
 * An easyconfig in its normal form: every default filled, one form for each field.
 * Strings may still hold templates (`%(installdir)s`), which {@link resolveInstall} replaces.
 */
export interface Easyconfig {
  /** Name of the software, and of its module: `mpi4py`. */
  readonly name: string;
  readonly version: string;
  readonly versionsuffix: string;
  readonly homepage: string | undefined;
  readonly whatis: readonly string[];
  readonly description: string;
  readonly docurls: readonly string[];
  readonly moduleclass: string;
  readonly image: EasyconfigImage;
  readonly binds: readonly EasyconfigBind[];
  /** Run scripts: run inside the container, bound at `/runscripts`. */
  readonly runscripts: readonly string[];
  /** Wrappers: run on the host and enter the container. */
  readonly wrappers: readonly string[];
  readonly conda: CondaEnvironment | undefined;
  readonly venv: VirtualEnvironment | undefined;
  readonly env: {
    readonly module: Readonly<Record<string, string>>;
    readonly container: Readonly<Record<string, string>>;
  };
  readonly sanityCheckPaths: { readonly files: readonly string[]; readonly dirs: readonly string[] };
  readonly sanityCheckCommands: readonly string[];
}

export interface EasyconfigImage {
  /** File name of the image, with no directory. */
  readonly file: string;
  /** Expected SHA-256, 64 lower-case hex digits. */
  readonly sha256: string | undefined;
}

/** `site` stands for a group of binds that the site's settings name; `path` is a bind of the recipe's own. */
export type EasyconfigBind =
  | { readonly kind: 'site'; readonly group: string }
  | {
      readonly kind: 'path';
      /** As written: may hold templates. */
      readonly host: string;
      readonly container: string;
      readonly access: BindAccess;
      readonly optional: boolean;
    };

export type BindAccess = 'ro' | 'rw';

export interface CondaEnvironment {
  readonly name: string;
  /** Where conda lies inside the image. */
  readonly root: ContainerPath;
}

export interface VirtualEnvironment {
  readonly name: string;
}

/** A place in a text: lines and columns count from 1, `length` in characters is what the caret underlines. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** One fault of an easyconfig or settings file. */
export interface Issue {
  readonly message: string;
  readonly hint: string | undefined;
  readonly place: Place;
}
