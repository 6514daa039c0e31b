import { createHash } from 'node:crypto';
import type { SummarizedEasyconfig } from '../easyconfig/summarize.ts';
import { makeDirectory, statIfThere, writeFileWhole } from '../host/files.ts';
import { type FileState, readBytes } from '../host/many-files.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';

/*
 * The index of a search: what each easyconfig says, with the state of the file that said so, and which there are in each
 * directory, with the state of that. It saves listing, reading and parsing, and nothing depends on it: one that is damaged, or that another build of ctinstall wrote, is as good as none.
 *
 * It is one JSON object, cut into lines so that only those which matter to a search need to be parsed:
 *
 *   {"sha256":"…",         of all lines below this one
 *   "tool":"…",
 *   "paths":["…",…],
 *   "states":[…],          four numbers a path: size, mtime, ctime, inode
 *   "directories":["…",…], and what is in them, which is not to be looked up again
 *   "directoryStates":[…],
 *   "entries":["…",…],     one a directory: easyconfigs/and/more//directories/below//with/a/recipe
 *   "easyconfigs":[
 *   {…},                   one a path
 *   {…}
 *   ]}
 */

export interface IndexPlace {
  readonly file: HostPath;
  /** The build of ctinstall: another one may read an easyconfig otherwise. */
  readonly tool: string;
}

export interface IndexRow {
  readonly path: HostPath;
  readonly state: FileState;
  /** {@link renderRow} of what the easyconfig says. */
  readonly line: string;
}

/** A directory along the easyconfig path with what counts of it; names have no slash. */
export interface IndexedDirectory extends DirectoryEntries {
  readonly path: HostPath;
  readonly state: FileState;
}

export interface DirectoryEntries {
  readonly easyconfigs: readonly string[];
  readonly directories: readonly string[];
  /** Directories below that hold a recipe of singularity-hpc, and so nothing else that counts. */
  readonly recipes: readonly string[];
}

export interface EasyconfigIndex {
  /** How many easyconfigs are in it. */
  readonly size: number;
  /** What is in a directory, if that is still in the state in which it was listed. */
  readonly list: (path: HostPath, state: FileState) => DirectoryEntries | undefined;
  /** The row of a file, if that is still in the state in which it was read. */
  readonly find: (path: HostPath, state: FileState) => number | undefined;
  /** {@link renderRow} of what the easyconfig of a row says. */
  readonly lineOf: (row: number) => string;
  /** The rows that say a word, in JSON and in lower case, and those that say no more than a fault. */
  readonly findRows: (word: string) => Pick<ReadonlySet<number>, 'has'>;
}

/**
 * Whether any change to a file after `now` (milliseconds since 1970) must show in its times. They move in ticks of 10 ms or
 * less; of up to two seconds on file systems that know no parts of a second.
 */
export function isSettled({ ctimeMs }: FileState, now: number): boolean {
  return now - ctimeMs > (ctimeMs % 1000 === 0 ? 2000 : 50);
}

/** More than 200,000 easyconfigs take. */
const mostBytes = 400 * 2 ** 20;

/** Reads an index; an empty one where there is none of this user and this tool, or it is incomplete. */
export async function readIndex({ file, tool }: IndexPlace): Promise<EasyconfigIndex> {
  const stats = await statIfThere(file);
  const isOurs = stats?.isFile() === true && stats.uid === process.getuid?.() && stats.size <= mostBytes;
  const bytes = isOurs ? await readBytes(file, mostBytes).catch(() => undefined) : undefined;
  return (bytes && parseIndex(bytes, tool)) ?? emptyIndex;
}

export const emptyIndex: EasyconfigIndex = {
  size: 0,
  list: () => undefined,
  find: () => undefined,
  lineOf: () => '',
  findRows: () => new Set(),
};

/** Writes an index, where that is possible at all: no room, or no right to write there, is no fault. */
export async function writeIndex(
  { file, tool }: IndexPlace,
  rows: readonly IndexRow[],
  directories: readonly IndexedDirectory[] = [],
): Promise<void> {
  await makeDirectory(hostPath('..', file))
    .then(() => writeFileWhole(file, renderIndex(rows, tool, directories), 0o600))
    .catch(() => undefined);
}

export function renderIndex(
  rows: readonly IndexRow[],
  tool: string,
  directories: readonly IndexedDirectory[] = [],
): string {
  const entries = directories.map((each) =>
    [each.easyconfigs, each.directories, each.recipes].map((names) => names.join('/')).join('//'),
  );
  const content = [
    toolLine(tool),
    `${beforePaths}${JSON.stringify(rows.map(({ path }) => path))},`,
    `${beforeStates}${JSON.stringify(statesOf(rows))},`,
    `${beforeDirectories}${JSON.stringify(directories.map(({ path }) => path))},`,
    `${beforeDirectoryStates}${JSON.stringify(statesOf(directories))},`,
    `${beforeEntries}${JSON.stringify(entries)},`,
    '"easyconfigs":[',
    rows.map(({ line }) => line).join(',\n'),
    ']}\n',
  ].join('\n');
  return `${sumLine(content)}\n${content}`;
}

function statesOf(all: readonly { readonly state: FileState }[]): number[] {
  return all.flatMap(({ state: { size, mtimeMs, ctimeMs, inode } }) => [size, mtimeMs, ctimeMs, inode]);
}

const sumLine = (content: string | Buffer): string =>
  `{"sha256":"${createHash('sha256').update(content).digest('hex')}",`;
const toolLine = (tool: string): string => `"tool":${JSON.stringify(tool)},`;
const beforePaths = '"paths":';
const beforeStates = '"states":';
const beforeDirectories = '"directories":';
const beforeDirectoryStates = '"directoryStates":';
const beforeEntries = '"entries":';

/** The index that `bytes` hold, or undefined where they are not what {@link renderIndex} wrote for this tool. */
export function parseIndex(bytes: Buffer, tool: string): EasyconfigIndex | undefined {
  const firstLine = bytes.toString('latin1', 0, sumLine('').length);
  if (firstLine !== sumLine(bytes.subarray(firstLine.length + 1))) return undefined;
  const bodyStart = endOfLine(bytes, linesOfHead);
  const [, writtenTool, ...written] = bytes.toString('utf8', 0, bodyStart).split('\n');
  if (writtenTool !== toolLine(tool)) return undefined;
  const [pathsLine = '', statesLine = '', directoriesLine = '', directoryStatesLine = '', entriesLine = ''] = written;
  const files = stateTable(pathsLine.slice(beforePaths.length), statesLine.slice(beforeStates.length));
  const directories = stateTable(
    directoriesLine.slice(beforeDirectories.length),
    directoryStatesLine.slice(beforeDirectoryStates.length),
  );
  const entries = parseLine(entriesLine.slice(beforeEntries.length));
  if (files === undefined || directories === undefined || !isListOf(entries, 'string')) return undefined;
  if (entries.length !== directories.count) return undefined;
  return {
    size: files.size,
    list: (path, state) => {
      const row = directories.find(path, state);
      return row === undefined ? undefined : parseEntries(entries[row] ?? '');
    },
    find: files.find,
    ...makeLines(bytes.subarray(bodyStart)),
  };
}

/** From the sum to the beginning of the rows. */
const linesOfHead = 8;

/** Where so many lines end. */
function endOfLine(bytes: Buffer, count: number): number {
  let end = 0;
  for (let line = 0; line < count; line += 1) {
    const next = bytes.indexOf(0x0a, end);
    if (next < 0) return bytes.length;
    end = next + 1;
  }
  return end;
}

/** Most of the text is never looked at but for a word: it stays bytes. */
function makeLines(body: Buffer): Pick<EasyconfigIndex, 'lineOf' | 'findRows'> {
  let known: number[] | undefined;
  const starts = (): number[] => {
    if (known !== undefined) return known;
    known = [0];
    for (let at = body.indexOf(0x0a); at >= 0; at = body.indexOf(0x0a, at + 1)) known.push(at + 1);
    return known;
  };
  const lineOf = (row: number): string => {
    const [start = body.length, next = body.length] = [starts()[row], starts()[row + 1]];
    return withoutComma(body.toString('utf8', start, next).replace(/\n$/, ''));
  };
  const findRows = (word: string): Pick<ReadonlySet<number>, 'has'> => {
    if (word === '') return { has: () => true };
    const rows = new Set<number>();
    for (const wanted of [word, faultStart])
      for (let at = body.indexOf(wanted); at >= 0; ) {
        const row = rowAt(starts(), at);
        rows.add(row);
        const next = starts()[row + 1];
        at = next === undefined ? -1 : body.indexOf(wanted, next);
      }
    return rows;
  };
  return { lineOf, findRows };
}

/** The row in which a byte is. */
function rowAt(starts: readonly number[], at: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Which row is of a path that is in the same state still; undefined where the lines are none of this kind. */
function stateTable(
  pathsLine: string,
  statesLine: string,
): { size: number; count: number; find: (path: string, state: FileState) => number | undefined } | undefined {
  const paths = parseLine(pathsLine);
  const states = parseLine(statesLine);
  if (!isListOf(paths, 'string') || !isListOf(states, 'number') || states.length !== 4 * paths.length) return undefined;
  const rowOf = new Map(paths.map((path, row) => [path, row]));
  return {
    size: rowOf.size,
    count: paths.length,
    find: (path, { size, mtimeMs, ctimeMs, inode }) => {
      const row = rowOf.get(path);
      if (row === undefined) return undefined;
      const at = 4 * row;
      const isSame =
        states[at] === size && states[at + 1] === mtimeMs && states[at + 2] === ctimeMs && states[at + 3] === inode;
      return isSame ? row : undefined;
    },
  };
}

/** Names of files and directories hold no slash. */
function parseEntries(line: string): DirectoryEntries {
  const names = (part = ''): string[] => (part === '' ? [] : part.split('/'));
  const [easyconfigs, directories, recipes] = /^(.*?)\/\/(.*?)\/\/(.*)$/s.exec(line)?.slice(1) ?? [];
  return { easyconfigs: names(easyconfigs), directories: names(directories), recipes: names(recipes) };
}

/** Faults come first: what has one is found without parsing a line. */
export function renderRow({ fault, summary }: SummarizedEasyconfig): string {
  return JSON.stringify({ fault, summary });
}

const faultStart = '{"fault":';

/** What {@link renderRow} wrote, or undefined where it is something else. */
export function parseRow(line: string): SummarizedEasyconfig | undefined {
  const row = parseLine(line);
  if (!isObject(row)) return undefined;
  const { fault, summary } = row;
  if (summary !== undefined && !isSummary(summary)) return undefined;
  if (fault !== undefined && typeof fault !== 'string') return undefined;
  return summary === undefined && fault === undefined ? undefined : { summary, fault };
}

function isSummary(value: unknown): value is NonNullable<SummarizedEasyconfig['summary']> {
  return (
    isObject(value) &&
    ['name', 'version', 'versionsuffix', 'about', 'words'].every((key) => typeof value[key] === 'string')
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isListOf(value: unknown, type: 'string'): value is string[];
function isListOf(value: unknown, type: 'number'): value is number[];
function isListOf(value: unknown, type: string): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

function withoutComma(line: string): string {
  return line.endsWith(',') ? line.slice(0, -1) : line;
}

/** The JSON of a line, but for a comma at its end; undefined where it is none. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(withoutComma(line));
  } catch {
    return undefined;
  }
}
