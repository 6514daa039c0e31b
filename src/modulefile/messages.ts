import type { Modulefile } from './types.ts';

/* What a modulefile says to the user who loads it, the same in both languages. */

/** Where the image is in none of its places. */
export function describeGoneImage(
  moduleName: string,
  { candidates }: Pick<NonNullable<Modulefile['image']>, 'candidates'>,
): string {
  const tried = candidates.map((path) => `\n    ${path}`).join('');
  return `${moduleName}: its image is gone. None of these is there:${tried}\n  Install it again (ctinstall --rebuild ${moduleName}), or ask for the central image to be put back.`;
}

/** Of a bind that is missing: what comes before its host path, and behind. */
export function describeMissingBind(moduleName: string): [before: string, behind: string] {
  return [
    `${moduleName}: `,
    ' is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional.',
  ];
}

/** Of a library of the host's MPI that is gone: what comes before its path, and behind. */
export function describeGoneLibrary(moduleName: string): [before: string, behind: string] {
  return [
    `${moduleName}: `,
    `, a library of this machine's MPI, is not on this node. If the system was updated: ctinstall regenerate ${moduleName}`,
  ];
}

/** Where the directory that was packed, and kept, has changed since. */
export function describeChangedDirectory(moduleName: string): string {
  return `${moduleName}: the directory of your software has changed since it was packed, and the packed form is in use, without what came in. To pack it again: make-squashfs`;
}

/** Of a `CTINSTALL_VENV` that names nothing, or is no plain name, which could lead anywhere: before its value, and behind. */
export function describeMissingVenv(moduleName: string, directory: string): [before: string, behind: string] {
  return [
    `${moduleName}: CTINSTALL_VENV names a virtual environment that is not there: `,
    `. Unset it, or make one: ctinstall venv create ${moduleName} --name <name>. Those that are there: ls ${directory}`,
  ];
}
