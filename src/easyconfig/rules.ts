/** The rules for single values of an easyconfig, shared by its schema and by what is checked after templates are replaced. */

export { describeBadContainerVariable, describeBadModuleVariable } from './variable-names.ts';

/** Names and versions are parts of paths, module names and shell variables: no blank, no slash, no leading dash or dot. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
export const versionSuffixPattern = /^[A-Za-z0-9._+-]{0,127}$/;
/** A module as `module load` takes it: `name`, `name/version`, `area/name/version`. */
export const moduleNamePattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}(\/[A-Za-z0-9][A-Za-z0-9._+-]{0,127}){0,3}$/;
/** What is inside an image: a command or a package, with its version or without. */
export const extensionPattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}(\/[A-Za-z0-9._+-]{1,128})?$/;
/** A file beside an easyconfig that it extends. */
export const extendedPattern = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,200}\.ya?ml$/;
export const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
export const groupPattern = /^[a-z][a-z0-9_-]{0,127}$/;
export const scriptPattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
export const imageModes = ['copy', 'link', 'central'] as const;
/** What a module is for: a person's work in the container, one at a time, or tools, any number together. */
export const moduleKinds = ['environment', 'tool'] as const;
export const gpuChoices = ['auto', 'nv', 'nvidia', 'rocm', 'none'] as const;
export const installers = ['auto', 'pip', 'uv'] as const;
/** Who builds an image of a definition file or of packages. */
export const buildWays = ['runtime', 'proot'] as const;
/** A package of a distribution, with its version as apt, dnf and zypper take it. */
export const packagePattern = /^[A-Za-z0-9][\w.+:~=-]{0,199}$/;
export const sha256Pattern = /^[0-9a-f]{64}$/;

/** Names inside the install dir that are not the image's to take. */
const reservedFileNames = ['bin', 'wrappers', 'runscripts', 'user-software', 'user-software.squashfs', '.ctinstall'];

/** Where the module itself binds something; a recipe's bind there would hide it. */
const reservedContainerPaths = ['/', '/runscripts', '/user-software', '/.singularity.d'];

/** Says why no file can hold `text` as UTF-8 lines, or undefined. */
export function describeBadText(text: string): string | undefined {
  if (text.includes('\0')) return 'holds NUL';
  return text.isWellFormed() ? undefined : 'is not valid Unicode text';
}

/**
 * Says why people cannot be shown `text` as it stands, or undefined. `module help` and `module spider` print it as it is,
 * on the terminal of anyone who asks.
 */
export function describeBadProse(text: string): string | undefined {
  const obeyed = /[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.exec(text)?.[0];
  if (obeyed === undefined) return undefined;
  const code = (obeyed.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `holds U+${code}, a character that terminals obey and do not show`;
}

/** Longest command, in bytes: what will be run can still be read in a plan. */
const mostCommandBytes = 10_000;

/** Says what is wrong with a command of a recipe, or undefined. */
export function describeBadCommand(command: string): string | undefined {
  if (command.trim() === '') return 'is no command';
  return Buffer.byteLength(command) > mostCommandBytes
    ? 'is longer than 10,000 bytes: put it into a script in the image'
    : undefined;
}

/** Says what is wrong with a program that a wrapper runs: a name on `PATH`, or a path in the container; or undefined. */
export function describeBadProgram(program: string): string | undefined {
  if (program.includes('/')) return describeBadContainerPath(program);
  return scriptPattern.test(program) ? undefined : 'is neither a plain file name nor an absolute path';
}

/** Says what is wrong with an argument that a wrapper adds, or undefined. */
export function describeBadArgument(argument: string): string | undefined {
  if (Buffer.byteLength(argument) > mostCommandBytes) return 'is longer than 10,000 bytes';
  return describeBadProse(argument) ?? describeBadText(argument);
}

/** Says what is wrong with an image's file name, or undefined. Temporary files beside it get longer names than its own. */
export function describeBadFileName(file: string): string | undefined {
  if (file === '') return 'is empty';
  if (Buffer.byteLength(file) > 200) return 'is longer than 200 bytes';
  if (file.includes('/')) return 'is a path, but only the file name belongs here';
  if (hasControlCharacter(file)) return 'holds a control character';
  if (/^[.-]/.test(file)) return 'begins with a dash or a dot';
  if (file !== file.trim()) return 'begins or ends with a blank, which modules tools drop';
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
  if (path.split('/').some((part) => Buffer.byteLength(part) > 255))
    return 'has a part of more than 255 bytes, which no file system takes';
  const bad = [':', ',', '^', '"', '\\'].find((character) => path.includes(character));
  if (bad !== undefined) return `holds \`${bad}\`, which the container runtimes take for a separator`;
  if (hasControlCharacter(path)) return 'holds a newline or another control character';
  if (path !== path.trim()) return 'begins or ends with a blank, which the container runtimes drop';
  if (path.split('/').includes('..')) return 'holds `..`';
  return undefined;
}

/** The runtimes mount it below a directory of theirs, and the whole is no longer than any path: Apptainer takes some 4,000. */
const mostContainerPathBytes = 3900;

export function describeBadContainerPath(path: string): string | undefined {
  const bad = describeBadBindPath(path);
  if (bad !== undefined) return bad;
  if (Buffer.byteLength(path) > mostContainerPathBytes)
    return 'is longer than 3,900 bytes, which is more than the container runtimes can mount';
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (reservedContainerPaths.includes(`/${parts.join('/')}`))
    return 'is a place inside the container that ctinstall or the runtime uses itself';
  return undefined;
}

/** Says why user software cannot be seen at `path` in the container, or undefined. */
export function describeBadUserSoftwarePath(path: string): string | undefined {
  return path === '/user-software' ? undefined : describeBadContainerPath(path);
}

/** Says why `path`, absolute or from the easyconfig's directory, names no file; or undefined. */
export function describeBadLocalFile(path: string): string | undefined {
  return path === '' ? 'is empty' : describeBadDirectory(path.startsWith('/') ? path : `/${path}`);
}

/** Says why `path` is not how a directory of the host is named, or undefined. */
export function describeBadDirectory(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path';
  if (path.split('/').includes('..')) return 'holds `..`';
  if (Buffer.byteLength(path) > 4095) return 'is longer than 4,095 bytes, which no path can be';
  return hasControlCharacter(path) ? 'holds a newline or another control character' : describeBadText(path);
}

/** Says why `path` names nothing below the install dir, or undefined. */
export function describeBadRelativePath(path: string): string | undefined {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..'))
    return 'is not a path inside the install dir';
  if (Buffer.byteLength(path) > 4095) return 'is longer than 4,095 bytes, which no path can be';
  return hasControlCharacter(path) ? 'holds a newline or another control character' : undefined;
}

/** Says why a recipe can bring no file of this path, from the install dir; or undefined. */
export function describeBadInstalledFile(path: string): string | undefined {
  const bad = describeBadRelativePath(path);
  if (bad !== undefined) return bad;
  if (/[:,"\\^]/.test(path)) return 'holds a character that container runtimes take for a separator';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part.startsWith('-') || part !== part.trim()))
    return 'is not how a file is called: plain names between slashes';
  if (parts.some((part) => Buffer.byteLength(part) > 200)) return 'has a name of more than 200 bytes';
  const [first = ''] = parts;
  const isOurs = parts.length === 1 ? reservedFileNames.includes(first) : ['wrappers', '.ctinstall'].includes(first);
  return isOurs || first.startsWith('user-software') ? 'is a place that ctinstall uses itself' : undefined;
}

/** Longest text of a file that a recipe brings, in bytes. */
const mostFileBytes = 500_000;

/** Says why a recipe cannot bring a file of this text, or undefined. */
export function describeBadInstalledText(text: string): string | undefined {
  if (Buffer.byteLength(text) > mostFileBytes)
    return 'is longer than 500,000 bytes: put it into a file beside the easyconfig';
  return describeBadText(text);
}

/** Says why a file of a recipe cannot have this mode, or undefined: its owner reads it, and nobody else writes to it. */
export function describeBadFileMode(mode: string): string | undefined {
  if (!/^[0-7]{3}$/.test(mode)) return 'is no mode of three octal digits';
  if (!/^[4-7]/.test(mode)) return 'does not let its owner read the file';
  return /[2367]/.test(mode.slice(1)) ? 'lets others than its owner write to the file' : undefined;
}

/** Where conda lies in an image: shells split `$WITH_CONDA` at blanks, and scripts hand it to `bash -c`. */
export function describeBadCondaRoot(path: string): string | undefined {
  const bad = describeBadContainerPath(path);
  if (bad !== undefined) return bad;
  if (/\s/.test(path)) return 'holds a blank';
  const special = /[^\w./+@%=-]/.exec(path.replace(/[^ -~]/gu, ''))?.[0];
  return special === undefined ? undefined : `holds \`${special}\`, which shells do not take as it stands`;
}

/**
 * Says why a module can't set a variable to `value`, or undefined. Linux holds `NAME=value` up to 131,071 bytes; escaped
 * for the runtimes a value is up to twice as long, and Lmod keeps it a second time in base64.
 */
export function describeBadVariableValue(value: string): string | undefined {
  if (/[\0\n\v\f\r]/.test(value)) return 'holds a newline or another character that a module cannot set';
  if (!value.isWellFormed()) return 'is not valid Unicode text';
  if (Buffer.byteLength(value) > 40_000) return 'is longer than 40,000 bytes, which is more than a module can set';
  // `module show` prints it as it stands.
  return describeBadProse(value);
}

/**
 * Says why `path` cannot be added to a path variable, or undefined: what separates paths, and what Lmod's reader of Tcl
 * would write into Lua as it stands.
 */
export function describeBadPathElement(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path';
  if (/^[/.]+$/.test(path)) return 'is the root directory, which modules tools make nothing of';
  const bad = [':', '"', '\\'].find((character) => path.includes(character));
  if (bad !== undefined) return `holds \`${bad}\`, which path variables cannot`;
  if (hasControlCharacter(path)) return 'holds a newline or another control character';
  if (path !== path.trim()) return 'begins or ends with a blank, which modules tools drop';
  return describeBadVariableValue(path);
}

/**
 * EasyBuild's rule for the `<NAME>` in `EBROOT<NAME>`: upper case, `-` → `MIN`, `+` → `PLUS`, `.` dropped
 * (EasyBuild framework, `tools/filetools.py`, `convert_name`).
 */
export function variableNameOf(softwareName: string): string {
  return softwareName.replaceAll('+', 'plus').replaceAll('-', 'min').replaceAll('.', '').toUpperCase();
}

/** Whether a path or name holds what no terminal shows: control characters, and those that turn the text around. */
export function hasControlCharacter(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}
