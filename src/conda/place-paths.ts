import { posix } from 'node:path';

/** What a path begins behind: an item of a list, or an option of pip that names a file. */
const before = /(?:^\s*-\s+|[[,]\s*|(?:-r|-c|--requirement|--constraint)(?:\s+|=))['"]?/;
const relativePath = new RegExp(`(${before.source})((?:\\.\\.?/)+)`, 'gm');
const includedFile = /((?:^|[\s'"])(?:-r|-c|--requirement|--constraint)(?:\s+|=))(?![./-]|[a-z]+:\/\/)(?=\w)/gm;
const wholePath = new RegExp(`${before.source}(/[^\\s'"\\],#]+)`, 'gm');

/** Directories that can be written into YAML without quotes, within them, and into the line of an option of pip. */
const plainDirectory = /^\/[\p{L}\d_./+@~-]*$/u;

/**
 * An `environment.yml` that means the same wherever it is read: paths in it, of channels, packages and files of requirements,
 * begin in `directory`, where it lay. It stays as it is where that has a name that would need quoting.
 */
export function placeCondaPaths(text: string, directory: string): string {
  if (!plainDirectory.test(directory)) return text;
  const withSlash = (path: string): string => path.replace(/\/*$/, '/');
  return text
    .replace(relativePath, (_, start: string, dots: string) => start + withSlash(posix.join(directory, dots)))
    .replace(includedFile, (start) => start + withSlash(directory));
}

/** The absolute paths that an `environment.yml` names: of channels, packages and files of requirements. */
export function condaPathsIn(text: string): string[] {
  return Array.from(text.matchAll(wholePath), ([, path = '']) => path);
}
