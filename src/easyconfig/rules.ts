/** The rules for single values of an easyconfig, shared by its schema and by what is checked after templates are replaced. */

/** Names and versions are parts of paths, module names and shell variables: no blank, no slash, no leading dash or dot. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
export const versionSuffixPattern = /^[A-Za-z0-9._+-]{0,127}$/;
export const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
export const groupPattern = /^[a-z][a-z0-9_-]*$/;
export const scriptPattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
export const imageModes = ['copy', 'link', 'central'] as const;
export const sha256Pattern = /^[0-9a-f]{64}$/;

/** Names inside the install dir that are not the image's to take. */
const reservedFileNames = ['bin', 'runscripts', 'user-software', 'user-software.squashfs', '.ctinstall'];

/** Where the module itself binds something; a recipe's bind there would hide it. */
const reservedContainerPaths = ['/', '/runscripts', '/user-software', '/.singularity.d'];

/** Says why no file can hold `text` as UTF-8 lines, or undefined. */
export function describeBadText(text: string): string | undefined {
  if (text.includes('\0')) return 'holds NUL';
  return text.isWellFormed() ? undefined : 'is not valid Unicode text';
}

/** Says what is wrong with an image's file name, or undefined. */
export function describeBadFileName(file: string): string | undefined {
  if (file === '') return 'is empty';
  if (Buffer.byteLength(file) > 255) return 'is longer than 255 bytes, which no file name can be';
  if (file.includes('/')) return 'is a path, but only the file name belongs here';
  if (hasControlCharacter(file)) return 'holds a control character';
  if (/^[.-]/.test(file)) return 'begins with a dash or a dot';
  if (reservedFileNames.includes(file) || file.startsWith('user-software'))
    return 'is a name that ctinstall uses itself';
  return undefined;
}

/**
 * Says what is wrong with one side of a bind, or undefined. The runtimes split binds at `:` and `,` (and, through a
 * pattern's slip, at `^`), SingularityCE reads the variable as CSV, and no version of it knows an escape.
 */
export function describeBadBindPath(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path';
  if (!path.isWellFormed()) return 'is not valid Unicode text';
  if (Buffer.byteLength(path) > 4095) return 'is longer than 4,095 bytes, which no path can be';
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
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (reservedContainerPaths.includes(`/${parts.join('/')}`))
    return 'is a place inside the container that ctinstall or the runtime uses itself';
  return undefined;
}

/** Says why `path` names nothing below the install dir, or undefined. */
export function describeBadRelativePath(path: string): string | undefined {
  return path === '' || path.startsWith('/') || path.split('/').includes('..')
    ? 'is not a path inside the install dir'
    : undefined;
}

/** Where conda lies in an image; `$WITH_CONDA` is split at blanks. */
export function describeBadCondaRoot(path: string): string | undefined {
  return describeBadContainerPath(path) ?? (/\s/.test(path) ? 'holds a blank' : undefined);
}

/**
 * Says why a module can't set a variable to `value`, or undefined. Linux holds `NAME=value` up to 131,071 bytes; escaped
 * for the runtimes a value is up to twice as long, and Lmod keeps it a second time in base64.
 */
export function describeBadVariableValue(value: string): string | undefined {
  if (/[\0\n\v\f\r]/.test(value)) return 'holds a newline or another character that a module cannot set';
  if (!value.isWellFormed()) return 'is not valid Unicode text';
  if (Buffer.byteLength(value) > 40_000) return 'is longer than 40,000 bytes, which is more than a module can set';
  return undefined;
}

/** Variables that a recipe must not set for the user's shell: the module sets them itself, or the session lives on them. */
const reservedVariables =
  /^(PATH|HOME|SHELL|USER|LD_PRELOAD|LD_LIBRARY_PATH|BASH_ENV|ENV|IFS|PS1|PROMPT_COMMAND|MODULEPATH|LOADEDMODULES|_LMFILES_|(LMOD|__LMOD|_Module).*|SIF|RUNSCRIPTS|CONTAINERROOT|EB(ROOT|VERSION).*|(SINGULARITY|APPTAINER)(ENV_.*|_BIND|_BINDPATH))$/;

export function describeBadModuleVariable(name: string): string | undefined {
  return reservedVariables.test(name)
    ? 'is not for an easyconfig to set: the module or the session needs it'
    : undefined;
}

/** The same for variables inside the container. */
export function describeBadContainerVariable(name: string): string | undefined {
  return /^(PREPEND_PATH|APPEND_PATH|PATH|HOME|UID|GID|EUID|(SINGULARITY|APPTAINER)_.*)$/.test(name)
    ? 'is set by the module or the runtime'
    : undefined;
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
