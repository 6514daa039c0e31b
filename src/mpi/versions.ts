import type { Elf } from '../elf/types.ts';

/** Numbers of two versions: negative where the first is older. `GLIBC_2.4` is older than `GLIBC_2.34`. */
export function compareVersions(one: string, other: string): number {
  const numbers = (version: string): number[] => version.split('.').map(Number);
  const [ones, others] = [numbers(one), numbers(other)];
  for (let index = 0; index < Math.max(ones.length, others.length); index++) {
    const difference = (ones[index] ?? 0) - (others[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Kinds of versions that glibc and the compilers' libraries give to their symbols. */
export type VersionKind = 'GLIBC' | 'GLIBCXX' | 'CXXABI' | 'GCC' | 'GFORTRAN';

/** The number in `GLIBC_2.34`; undefined for other kinds, and for `GLIBC_PRIVATE`. */
export function numberOf(version: string, kind: VersionKind): string | undefined {
  return new RegExp(`^${kind}_(\\d[\\d.]*)$`).exec(version)?.[1];
}

/** The newest of the versions of a kind. */
export function newest(versions: readonly string[], kind: VersionKind): string | undefined {
  return versions
    .flatMap((version) => numberOf(version, kind) ?? [])
    .toSorted(compareVersions)
    .at(-1);
}

export function neededOf(elf: Elf): string[] {
  return elf.versionsNeeded.filter(({ isWeak }) => !isWeak).map(({ version }) => version);
}
