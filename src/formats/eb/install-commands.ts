import { posix } from 'node:path';
import { formatLine } from '../../lib/format.ts';
import { type Command, parseCommands, readHere, type Word } from '../shell.ts';
import { takeContainerCommand } from './container-commands.ts';
import { changeMode, type Made, type MadeFile } from './made.ts';
import type { Notebook } from './notebook.ts';
import { describeKind, type Text, type Value } from './values.ts';

export interface CommandContext {
  readonly made: Made;
  readonly notebook: Notebook;
  /** File name of the image, if there is one. */
  readonly image: string | undefined;
  /** Other files that the recipe has beside it. */
  readonly beside: readonly string[];
}

/** Takes over what `postinstallcmds` do; what is not understood is noted. None of it is run. */
export function takeInstallCommands(commands: Value, context: CommandContext): void {
  const { notebook } = context;
  const items = commands.kind === 'list' ? commands.items : [commands];
  for (const item of items) {
    if (item.kind === 'none') continue;
    if (item.kind !== 'text') notebook.say(item.line, `${describeKind(item)} is no command`);
    else takeText(item, context);
  }
}

function takeText({ text, line, isWritten }: Text, context: CommandContext): void {
  const { notebook } = context;
  const parsed = parseCommands(text);
  if (parsed === undefined) notebook.say(line, `not carried over, as it is not understood: \`${shortened(text)}\``);
  let directory: string | undefined;
  for (const command of parsed ?? []) {
    const place = { ...context, directory, line: line + (isWritten ? command.line : 0) };
    const [program, ...rest] = command.words;
    if (program?.text === 'cd' && rest.length === 1) {
      directory = inInstallDir(rest[0], place);
      if (directory !== undefined) continue;
      notebook.say(place.line, `not carried over from here on: \`${shortened(command.written)}\``);
      return;
    }
    const fault = takeCommand(command, place);
    if (fault !== undefined) notebook.say(place.line, `not carried over: ${fault}`);
  }
}

interface Place extends CommandContext {
  /** Where relative paths begin, from the install dir: `''` is that itself. */
  readonly directory: string | undefined;
  readonly line: number;
}

/** Says what was not understood. */
function takeCommand(command: Command, place: Place): string | undefined {
  const [program, ...rest] = command.words;
  const name = (program?.text ?? '').replace(/^(\/usr)?\/bin\//, '');
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  const whole = `\`${shortened(command.written)}\``;
  if (handler === undefined || program?.isExpanded === true) return whole;
  const writes = ['cat', 'echo', 'printf', 'true', ':'].includes(name);
  if (!writes && (command.output !== undefined || command.input !== undefined)) return whole;
  return handler(rest, command, place) ? undefined : whole;
}

type Handler = (words: readonly Word[], command: Command, place: Place) => boolean;

const handlers: Readonly<Record<string, Handler>> = {
  cat: (words, { output, input }, place) => {
    if (words.length > 0 || input === undefined) return false;
    const { content, expandedLines } = readHere(input);
    if (!write(output, content, place)) return false;
    for (const each of expandedLines.slice(0, 3))
      place.notebook.say(
        place.line,
        `a shell would have put something else into this line when EasyBuild installed; it stands as it is: \`${shortened(each)}\``,
      );
    return true;
  },
  echo: (words, { output }, place) =>
    !words.some(({ text, isExpanded }) => isExpanded || /^-[neE]+$/.test(text)) &&
    write(output, `${words.map(({ text }) => text).join(' ')}\n`, place),
  touch: (words, command, place) =>
    words.length > 0 &&
    words.every((word) => write({ operator: '>>', target: word }, '', { ...place })) &&
    command.output === undefined,
  // A text in which only `\n` and its like are more than themselves. `%%` of a recipe is four in an easyconfig.
  printf: ([format, ...more], { output }, place) => {
    const rest = format?.text.replace(/%%%%|%\(\w+\)s|\\[nt\\"]/g, '');
    if (format === undefined || more.length > 0 || format.isExpanded || /[%\\]/.test(rest ?? '')) return false;
    const known: Readonly<Record<string, string>> = { '%%%%': '%', '\\n': '\n', '\\t': '\t', '\\\\': '\\', '\\"': '"' };
    return write(
      output,
      format.text.replace(/%%%%|\\./g, (each) => known[each] ?? each),
      place,
    );
  },
  chmod: (words, _command, place) => {
    const [flags, [mode, ...targets]] = splitFlags(words, /^(-[Rfvc]+|--recursive)$/);
    if (mode === undefined || targets.length === 0) return false;
    const isDeep = flags.some((flag) => flag.includes('R') || flag === '--recursive');
    return targets.every((target) => chmod(mode.text, target, { ...place, isDeep }));
  },
  mkdir: (words, _command, place) => makeDirectories(splitFlags(words, /^(-[pv]+|--parents)$/)[1], place),
  install: (words, _command, place) => {
    const [flags, [first, ...rest]] = splitFlags(words, /^(-[dDpvC]+|-m\d+|--mode=\d+)$/);
    const [mode, operands] =
      first?.text === '-m' ? [rest[0]?.text, rest.slice(1)] : [modeOf(flags), first ? [first, ...rest] : []];
    if (flags.some((flag) => /^-[pvC]*d/.test(flag))) return mode === undefined && makeDirectories(operands, place);
    const [from, to, ...more] = operands;
    if (from === undefined || to === undefined || more.length > 0 || !/^[0-7]{3,4}$/.test(mode ?? '755')) return false;
    return copy(from, to, { ...place, mode: Number.parseInt(mode ?? '755', 8) & 0o777 });
  },
  ln: (words, _command, place) => {
    const [target, link, ...more] = splitFlags(words, /^-[sfnrvT]+$/)[1];
    if (target === undefined || link === undefined || more.length > 0) return false;
    return makeLink(target, link, place);
  },
  cp: (words, _command, place) => {
    const [from, to, ...more] = splitFlags(words, /^-[apfrvLP]+$/)[1];
    return from !== undefined && to !== undefined && more.length === 0 && copy(from, to, place);
  },
  singularity: inContainer,
  apptainer: inContainer,
  mksquashfs: (words, _command, place) => {
    const [from] = words.map((word) => inInstallDir(word, place));
    if (from !== 'user-software') return false;
    place.made.isPacked = true;
    return true;
  },
  // What was packed.
  rm: (words, _command, place) => {
    const paths = words.filter(({ text }) => !/^-[rf]+$/.test(text)).map((word) => inInstallDir(word, place));
    return paths.every((path) => {
      if (path === 'user-software') return place.made.isPacked;
      return path !== undefined && place.made.files.delete(path);
    });
  },
  true: () => true,
  ':': () => true,
};

function splitFlags(words: readonly Word[], flag: RegExp): [string[], readonly Word[]] {
  const flags = words.filter(({ text }) => flag.test(text));
  return [flags.map(({ text }) => text), words.filter((word) => !flags.includes(word))];
}

/** `-m755`, `--mode=755`. */
function modeOf(flags: readonly string[]): string | undefined {
  return flags.flatMap((flag) => /^(?:-m|--mode=)(\d+)$/.exec(flag)?.[1] ?? []).at(-1);
}

function makeDirectories(words: readonly Word[], place: Place): boolean {
  const paths = words.map((word) => (word.text.startsWith('-') ? undefined : inInstallDir(word, place)));
  if (paths.includes(undefined)) return false;
  for (const path of paths) if (path !== undefined) place.made.directories.add(path);
  return true;
}

function write(output: Command['output'], text: string, place: Place): boolean {
  const path = output && inInstallDir(output.target, place);
  if (path === undefined || path === '' || output === undefined) return false;
  const { files } = place.made;
  const before = files.get(path);
  if (output.operator === '>>' && before?.content.kind === 'from') return false;
  const start = output.operator === '>>' && before?.content.kind === 'text' ? before.content.text : '';
  const content = { kind: 'text' as const, text: start + text };
  files.set(path, { content, mode: before?.mode ?? 0o644, line: before?.line ?? place.line });
  return true;
}

function chmod(mode: string, target: Word, place: Place & { readonly isDeep: boolean }): boolean {
  const { files, directories } = place.made;
  const written = inInstallDir({ ...target, isExpanded: false }, place);
  if (written === undefined) return false;
  const pattern = new RegExp(
    `^${written
      .split('*')
      .map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'))
      .join('[^/]*')}${place.isDeep ? '(/.*)?' : ''}$`,
  );
  // Directories are made with the permissions of the prefix.
  if (written === '') return chmod(mode, { text: '%(installdir)s/*', isExpanded: false }, place);
  const found = [...files].filter(([path]) => pattern.test(path));
  for (const [path, file] of found) {
    const changed = changeMode(file.mode, mode);
    if (changed === undefined) return false;
    files.set(path, { ...file, mode: changed });
  }
  const isDirectory = [...directories].some((path) => pattern.test(path) || path.startsWith(`${written}/`));
  return found.length > 0 || isDirectory || written === place.image;
}

/** A link to another name of the recipe's is that file once more. */
function makeLink(target: Word, link: Word, place: Place): boolean {
  const path = inInstallDir(link, place);
  if (path === undefined || target.isExpanded) return false;
  const isInDirectory = link.text.endsWith('/') || path === '' || place.made.directories.has(path);
  const name = target.text.replace(/^.*\//, '');
  const goal = isInDirectory ? (path === '' ? name : `${path}/${name}`) : path;
  const absolute = target.text.startsWith('%(installdir)s/');
  if (!absolute && target.text.startsWith('/')) return false;
  const from = absolute ? '' : posix.dirname(goal);
  const to = posix.normalize(posix.join(from, target.text.replace(/^%\(installdir\)s\//, '')));
  if (to.startsWith('..')) return false;
  place.made.links.set(goal, to);
  return true;
}

/** `mode`: what the copy is given; as the original has it without one. */
function copy(from: Word, to: Word, place: Place & { readonly mode?: number }): boolean {
  const path = inInstallDir(to, place);
  if (path === undefined || from.isExpanded) return false;
  const name = from.text.replace(/^\.\//, '').replace(/^%%?\((builddir|start_dir)\)s\//, '');
  const goal =
    path === '' || path.endsWith('/') || place.made.directories.has(path)
      ? `${path.replace(/\/$/, '')}/${name}`.replace(/^\//, '')
      : path;
  const inside = inInstallDir(from, place);
  const known = inside === undefined ? undefined : place.made.files.get(inside);
  const file: MadeFile | undefined =
    known ??
    (place.beside.includes(name)
      ? { content: { kind: 'from', from: name }, mode: 0o644, line: place.line }
      : undefined);
  if (file === undefined) return name === place.image;
  place.made.files.set(goal, place.mode === undefined ? file : { ...file, mode: place.mode });
  return true;
}

function inContainer(words: readonly Word[], command: Command, place: Place): boolean {
  const [action, ...rest] = words;
  if (action?.text !== 'exec') return false;
  let at = 0;
  const lost: string[] = [];
  while (rest[at]?.text.startsWith('-') === true) {
    const option = rest[at]?.text ?? '';
    const length = /^(-B|--bind|--home|-H|--pwd|--env)$/.test(option) ? 2 : 1;
    if (!asInInstall.test(option)) lost.push(...rest.slice(at, at + length).map(({ text }) => text));
    at += length;
  }
  const image = inInstallDir(rest[at], place);
  if (place.image === undefined || (image !== place.image && rest[at]?.text !== place.image)) return false;
  if (takeContainerCommand(rest.slice(at + 1), command.written, place) !== undefined) return false;
  if (lost.length > 0)
    place.notebook.say(place.line, `the command runs in the container without \`${shortened(lost.join(' '))}\``);
  return true;
}

/** Options that make no difference to a command of an install, which has all binds of the module. */
const asInInstall = /^(-B|--bind|-c|--contain|--containall|--no-home|-e|--cleanenv|--nv|--rocm)(=|$)/;

/** A path from the install dir; undefined for one that is elsewhere, or that only a shell could say. */
function inInstallDir(word: Word | undefined, { directory }: Pick<Place, 'directory' | 'made'>): string | undefined {
  if (word === undefined || word.isExpanded) return undefined;
  const { text } = word;
  const path = /^%\(installdir\)s(\/|$)/.test(text)
    ? text.slice('%(installdir)s'.length).replace(/^\/+/, '')
    : directory === undefined || text.startsWith('/') || text.startsWith('%(')
      ? undefined
      : [directory, text.replace(/^\.\//, '')].filter((part) => part !== '').join('/');
  if (path === undefined || path.split('/').includes('..')) return undefined;
  return path.replace(/\/{2,}/g, '/').replace(/^(.+)\/$/, '$1');
}

function shortened(text: string): string {
  return formatLine(text.trim().replace(/\s+/g, ' ').slice(0, 120));
}
