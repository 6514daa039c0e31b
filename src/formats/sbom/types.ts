/** A package that an image has, as the records of its package manager say. */
export interface FoundPackage {
  /** `deb`, `rpm`, `conda` or `pypi`: the types of package URLs (https://github.com/package-url/purl-spec). */
  readonly type: 'deb' | 'rpm' | 'conda' | 'pypi';
  readonly name: string;
  readonly version: string;
  /** For the package URL: `arch`, `build`. */
  readonly qualifiers: Readonly<Record<string, string | undefined>>;
  /** As the package says. */
  readonly license: string | undefined;
  readonly sha256: string | undefined;
  /** Where it was fetched from. */
  readonly url: string | undefined;
}

/** What a file of an image is a record of. */
export type RecordKind = 'dpkg' | 'conda' | 'python' | 'rpm' | 'os';
