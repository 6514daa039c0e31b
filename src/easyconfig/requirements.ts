import { describeBadArgument, describeBadBindPath } from './rules.ts';

/*
 * What a recipe has pip install, in the words of pip: https://pip.pypa.io/en/stable/reference/requirements-file-format/.
 * Each requirement of a list is a line of a requirements file, and is nothing but a requirement there.
 */

/** Says what is wrong with one requirement of a list, or undefined. */
export function describeBadRequirement(requirement: string): string | undefined {
  if (requirement.trim() === '') return 'is no requirement';
  if (/^\s*-/.test(requirement)) return 'is an option of pip, which belongs in `pip_options` or a requirements file';
  if (/^\s*#/.test(requirement)) return 'is a comment';
  if (/[\n\r]/.test(requirement)) return 'is more than one line';
  if (/\\\s*$/.test(requirement)) return 'ends with a backslash, which joins it with the next';
  if (/\s-(?!-hash[=\s])/.test(requirement)) return 'holds an option other than `--hash`';
  return describeBadArgument(requirement);
}

/** Options of pip by which it would install somewhere else, or something else than what is kept with the install. */
const refused = ['--target', '--prefix', '--root', '--python', '--editable', '--user', '--dry-run', '--log'];
const refusedShort = ['-t', '-e'];

/** Says what is wrong with one word of `pip_options`, or undefined. */
export function describeBadPipOption(word: string): string | undefined {
  const isRefused =
    refused.some((option) => word === option || word.startsWith(`${option}=`)) ||
    refusedShort.some((option) => word.startsWith(option) && !word.startsWith('--'));
  if (isRefused) return 'would have pip install to another place than the virtual environment';
  return describeBadArgument(word);
}

/** Options whose value is a file or directory. */
const pathOptions = ['--find-links', '--constraint', '--build-constraint', '--requirement', '--cert', '--client-cert'];
const shortPathOptions = ['-f', '-c', '-r'];
/** Their value is a URL, or a directory. */
const indexOptions = ['--index-url', '--extra-index-url', '-i'];

/** A word for pip; of one that names a file or directory, `path` is that, and `before` what stands in front of it. */
export interface PipWord {
  readonly before: string;
  readonly path: string | undefined;
}

/** Which words of a command line of pip name files or directories; URLs of other machines are none. */
export function readPipWords(words: readonly string[]): PipWord[] {
  return words.map((word, at) => {
    const option = words[at - 1] ?? '';
    if ([...pathOptions, ...shortPathOptions].includes(option)) return readPath('', word);
    if (indexOptions.includes(option)) return readIndex('', word);
    const [long = ''] = word.split('=', 1);
    if (pathOptions.includes(long) && long !== word) return readPath(`${long}=`, word.slice(long.length + 1));
    if (indexOptions.includes(long) && long !== word) return readIndex(`${long}=`, word.slice(long.length + 1));
    const short = word.slice(0, 2);
    if (shortPathOptions.includes(short) && word.length > 2) return readPath(short, word.slice(2));
    return { before: word, path: undefined };
  });
}

function readPath(before: string, value: string): PipWord {
  if (value.startsWith('file:///')) return { before: `${before}file://`, path: value.slice('file://'.length) };
  const isElsewhere = /^[a-z][a-z0-9+.-]+:\/\//i.test(value) || value === '' || value.startsWith('-');
  return isElsewhere ? { before: before + value, path: undefined } : { before, path: value };
}

function readIndex(before: string, value: string): PipWord {
  return /^(\/|\.\.?\/|file:\/\/\/)/.test(value)
    ? readPath(before, value)
    : { before: before + value, path: undefined };
}

/** A line of a requirements file: what is in front of a path that it names, the path, and what comes behind it. */
export interface RequirementsLine extends PipWord {
  readonly kind: 'include' | 'editable' | 'other';
  readonly after: string;
}

/** Takes a line of a requirements file apart. */
export function readRequirementsLine(line: string): RequirementsLine {
  const other = (before: string, path?: string, after = ''): RequirementsLine => ({
    kind: 'other',
    before,
    path,
    after,
  });
  const [, option = '', space = '', value = ''] =
    /^\s*(-[a-z]|--[a-z-]+)(\s*=\s*|\s*)(.*?)\s*(?:\s#.*)?$/i.exec(line) ?? [];
  if (['-e', '--editable'].includes(option)) return { kind: 'editable', before: line, path: undefined, after: '' };
  if (['-r', '--requirement'].includes(option)) return { kind: 'include', before: '', path: value, after: '' };
  if (option !== '') {
    const [word] = readPipWords([option, value]).slice(1);
    return word?.path === undefined ? other(line) : other(`${option}${space || ' '}${word.before}`, word.path);
  }
  const [, path, rest = ''] = /^\s*((?:\.{0,2}\/\S+|[^\s@:]+\.(?:whl|tar\.gz|zip))(?=\s|$|;|\[))(.*)$/.exec(line) ?? [];
  if (path !== undefined) return other('', path, rest);
  const [, before = '', inUrl, after = ''] = /^(.*?@\s*file:\/\/)(\/[^\s#]+)(.*)$/.exec(line) ?? [];
  return inUrl === undefined ? other(line) : other(before, inUrl, after);
}

/** Directories of the system that what pip needs must not be bound over. */
const ofSystem = /^\/(bin|boot|dev|etc|home|lib|lib32|lib64|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)?\/?$/;

/** Says why a file or directory of the host cannot be shown to pip at its own path, or undefined. */
export function describeBadPipPath(path: string): string | undefined {
  if (ofSystem.test(path)) return 'is a directory of the system: name one below it';
  return describeBadBindPath(path);
}
