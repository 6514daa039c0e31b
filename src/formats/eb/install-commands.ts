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
  const writes = ['cat', 'echo', 'true', ':'].includes(name);
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
  chmod: (words, _command, place) => {
    const [mode, ...targets] = words.filter(({ text }) => text !== '-R' && text !== '-f');
    if (mode === undefined || targets.length === 0) return false;
    return targets.every((target) => chmod(mode.text, target, place));
  },
  mkdir: (words, _command, { made, ...place }) =>
    words.every((word) => {
      if (word.text === '-p') return true;
      const path = inInstallDir(word, { ...place, made });
      if (path !== undefined) made.directories.add(path);
      return path !== undefined;
    }),
  ln: (words, _command, place) => {
    const [target, link, ...more] = words.filter(({ text }) => !/^-[sfnv]+$/.test(text));
    if (target === undefined || link === undefined || more.length > 0) return false;
    return makeLink(target, link, place);
  },
  cp: (words, _command, place) => {
    const [from, to, ...more] = words.filter(({ text }) => !/^-[apfrv]+$/.test(text));
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

function chmod(mode: string, target: Word, place: Place): boolean {
  const { files, directories } = place.made;
  const written = inInstallDir({ ...target, isExpanded: false }, place);
  if (written === undefined) return false;
  const pattern = new RegExp(
    `^${written
      .split('*')
      .map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'))
      .join('[^/]*')}$`,
  );
  const found = [...files].filter(([path]) => pattern.test(path));
  for (const [path, file] of found) {
    const changed = changeMode(file.mode, mode);
    if (changed === undefined) return false;
    files.set(path, { ...file, mode: changed });
  }
  const isDirectory =
    directories.has(written) || [...directories].some((directory) => directory.startsWith(`${written}/`));
  return found.length > 0 || isDirectory || written === place.image;
}

/** A link to another name of the recipe's is that file once more. */
function makeLink(target: Word, link: Word, place: Place): boolean {
  const path = inInstallDir(link, place);
  if (path === undefined || target.isExpanded) return false;
  const directory = path.replace(/[^/]*$/, '');
  const plain = target.text.replace(/^\.\//, '');
  const absolute = plain.startsWith('%(installdir)s/') ? plain.slice('%(installdir)s/'.length) : undefined;
  const to = absolute ?? `${directory}${plain}`;
  if (plain.includes('..') || (absolute === undefined && plain.startsWith('/'))) return false;
  place.made.links.set(path.endsWith('/') ? `${path}${plain.replace(/^.*\//, '')}` : path, to);
  return true;
}

function copy(from: Word, to: Word, place: Place): boolean {
  const path = inInstallDir(to, place);
  if (path === undefined || from.isExpanded) return false;
  const name = from.text.replace(/^\.\//, '').replace(/^%\(builddir\)s\//, '');
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
  place.made.files.set(goal, file);
  return true;
}

function inContainer(words: readonly Word[], command: Command, place: Place): boolean {
  const [action, ...rest] = words;
  if (action?.text !== 'exec') return false;
  let at = 0;
  while (rest[at]?.text.startsWith('-') === true)
    at += /^(-B|--bind|--home|-H|--pwd|--env)$/.test(rest[at]?.text ?? '') ? 2 : 1;
  const image = inInstallDir(rest[at], place);
  if (place.image === undefined || (image !== place.image && rest[at]?.text !== place.image)) return false;
  return takeContainerCommand(rest.slice(at + 1), command.written, place.made) === undefined;
}

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
