/** The rules for single values of an easyconfig, shared by its schema and by what is checked after templates are replaced. */

/** Names and versions are parts of paths, module names and shell variables: no blank, no slash, no leading dash or dot. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
export const versionSuffixPattern = /^[A-Za-z0-9._+-]{0,127}$/;
export const variablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const groupPattern = /^[a-z][a-z0-9_-]*$/;
export const scriptPattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
export const sha256Pattern = /^[0-9a-f]{64}$/;

/** Names inside the install dir that are not the image's to take. */
const reservedFileNames = ['bin', 'runscripts', 'user-software', 'user-software.squashfs', '.ctinstall'];

/** Where the module itself binds something; a recipe's bind there would hide it. */
const reservedContainerPaths = ['/', '/runscripts', '/user-software', '/.singularity.d'];

/** Says what is wrong with an image's file name, or undefined. */
export function describeBadFileName(file: string): string | undefined {
  if (file.includes('/')) return 'is a path, but only the file name belongs here';
  if (hasControlCharacter(file)) return 'holds a control character';
  if (/^[.-]/.test(file)) return 'begins with a dash or a dot';
  if (reservedFileNames.includes(file)) return 'is a name that ctinstall uses itself';
  return undefined;
}

/**
 * Says what is wrong with one side of a bind, or undefined. The runtimes split binds at `:` and `,` (and, through a
 * pattern's slip, at `^`), SingularityCE reads the variable as CSV, and no version of it knows an escape.
 */
export function describeBadBindPath(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path';
  const bad = [':', ',', '^', '"', '\\'].find((character) => path.includes(character));
  if (bad !== undefined) return `holds \`${bad}\`, which the container runtimes take for a separator`;
  if (hasControlCharacter(path)) return 'holds a newline or another control character';
  if (path !== path.trim()) return 'begins or ends with a blank, which the container runtimes drop';
  if (path.split('/').includes('..')) return 'holds `..`';
  return undefined;
}

export function describeBadContainerPath(path: string): string | undefined {
  const bad = describeBadBindPath(path);
  if (bad !== undefined) return bad;
  const plain = path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  if (reservedContainerPaths.includes(plain)) return 'is a place inside the container that ctinstall or the runtime uses itself';
  return undefined;
}

/** Says why an environment can't hold `value` (Linux: one `NAME=value` is at most 131,071 bytes), or undefined. */
export function describeBadVariableValue(value: string): string | undefined {
  if (/[\0\n\r]/.test(value)) return 'holds a newline or NUL, which a module cannot set';
  if (!value.isWellFormed()) return 'is not valid Unicode text';
  if (Buffer.byteLength(value) > 100_000) return 'is longer than 100,000 bytes, which an environment cannot hold';
  return undefined;
}

/**
 * EasyBuild's rule for the `<NAME>` in `EBROOT<NAME>`: upper case, `-` → `MIN`, `+` → `PLUS`, `.` dropped
 * (EasyBuild framework, `tools/filetools.py`, `convert_name`).
 */
export function variableNameOf(softwareName: string): string {
  return softwareName.replaceAll('+', 'plus').replaceAll('-', 'min').replaceAll('.', '').toUpperCase();
}

export function hasControlCharacter(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}
