import { isOfNetwork } from './library-kinds.ts';
import type { HostLibrary, HostSet, ImageMpi } from './types.ts';
import { compareVersions, neededOf, newest, numberOf } from './versions.ts';

/** Which libraries of the host go in, or why they cannot. */
export type ChosenLibraries =
  | { readonly kind: 'fit'; readonly libraries: readonly HostLibrary[] }
  | { readonly kind: 'unfit'; readonly why: string; readonly lacksGlibc?: boolean };

/**
 * What speaks with the network goes in as it is. All else stays the image's own where that does: it is what the image's other
 * programs were tried with. The image's loader and libc run all of them, so none may need a newer one.
 */
export function chooseLibraries({ main, libraries }: HostSet, image: ImageMpi): ChosenLibraries {
  if (main.elf.machine !== image.machine)
    return {
      kind: 'unfit',
      why: `the image is for ${image.machine ?? 'no known machine'}, and \`${main.path}\` for ${main.elf.machine}`,
    };
  const { glibc } = image;
  if (glibc === undefined)
    return {
      kind: 'unfit',
      why: "the image has no GNU libc (Alpine's images have musl), which the host's libraries are made for",
    };
  const chosen = libraries.filter(
    (library) => library === main || isOfNetwork(library.name) || !doesAlone(library, image, libraries),
  );
  for (const { path, elf } of chosen) {
    const needs = newest(neededOf(elf), 'GLIBC');
    if (needs !== undefined && compareVersions(needs, glibc) > 0)
      return { kind: 'unfit', why: `\`${path}\` needs glibc ${needs}, and the image has ${glibc}`, lacksGlibc: true };
    for (const kind of ['GLIBCXX', 'CXXABI'] as const) {
      const lack = findLack(elf, kind, image, chosen);
      if (lack !== undefined)
        return { kind: 'unfit', why: `\`${path}\` needs ${lack} of libstdc++, which the image's does not have` };
    }
  }
  const lost = chosen.flatMap((library) => findLost(library, image));
  return lost[0] === undefined ? { kind: 'fit', libraries: chosen } : { kind: 'unfit', why: lost[0] };
}

/** Whether the image's own library of that name gives all that those of the host need of it. */
function doesAlone({ name }: HostLibrary, image: ImageMpi, libraries: readonly HostLibrary[]): boolean {
  const own = image.libraries.find((library) => library.name === name);
  if (own === undefined) return false;
  const needed = libraries.flatMap(({ elf }) =>
    elf.versionsNeeded.filter((each) => each.library === name && !each.isWeak),
  );
  return needed.every(({ version }) => own.elf.versionsGiven.includes(version));
}

/** The newest version of a kind that no libstdc++ gives that would be loaded. */
function findLack(
  elf: HostLibrary['elf'],
  kind: 'GLIBCXX' | 'CXXABI',
  image: ImageMpi,
  chosen: readonly HostLibrary[],
): string | undefined {
  const needs = newest(neededOf(elf), kind);
  if (needs === undefined) return undefined;
  const name = 'libstdc++.so.6';
  const loaded = chosen.find((each) => each.name === name) ?? image.libraries.find((each) => each.name === name);
  const gives = loaded === undefined ? undefined : newest(loaded.elf.versionsGiven, kind);
  return gives !== undefined && compareVersions(needs, gives) <= 0 ? undefined : `${kind}_${needs}`;
}

/** A library of the host that would come before one of the image's, and gives less: programs of the image would miss it. */
function findLost({ name, path, elf }: HostLibrary, image: ImageMpi): string[] {
  if (isOfNetwork(name)) return [];
  const own = image.libraries.find((library) => library.name === name);
  const lost = own?.elf.versionsGiven.find(
    (version) => numberOf(version, 'GCC') === undefined && !elf.versionsGiven.includes(version),
  );
  return lost === undefined ? [] : [`\`${path}\` would come before the image's own ${name}, and lacks its ${lost}`];
}
