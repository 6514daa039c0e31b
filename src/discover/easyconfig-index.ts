import { createHash } from 'node:crypto';
import type { SummarizedEasyconfig } from '../easyconfig/summarize.ts';
import { makeDirectory, statIfThere, writeFileWhole } from '../host/files.ts';
import { type FileState, readBytes } from '../host/many-files.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';

/*
 * The index of a search: what each easyconfig says, with the state of the file that said so. It saves reading and parsing,
 * and nothing depends on it: one that is damaged, or that another build of ctinstall wrote, is as good as none.
 *
 * It is one JSON object, cut into lines so that only those which matter to a search need to be parsed:
 *
 *   {"sha256":"…",         of all lines below this one
 *   "tool":"…",
 *   "paths":["…",…],
 *   "states":[…],          four numbers a path: size, mtime, ctime, inode
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

export interface EasyconfigIndex {
  /** How many easyconfigs are in it. */
  readonly size: number;
  /** The line of a file, if that is still in the state in which it was read. */
  readonly find: (path: HostPath, state: FileState) => string | undefined;
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

/** Reads an index; an empty one where there is none of this user and this tool, or it is not whole. */
export async function readIndex({ file, tool }: IndexPlace): Promise<EasyconfigIndex> {
  const stats = await statIfThere(file);
  const isOurs = stats?.isFile() === true && stats.uid === process.getuid?.() && stats.size <= mostBytes;
  const bytes = isOurs ? await readBytes(file, mostBytes).catch(() => undefined) : undefined;
  return (bytes && parseIndex(bytes, tool)) ?? emptyIndex;
}

export const emptyIndex: EasyconfigIndex = { size: 0, find: () => undefined };

/** Writes an index, where that is possible at all: no room, or no right to write there, is no fault. */
export async function writeIndex({ file, tool }: IndexPlace, rows: readonly IndexRow[]): Promise<void> {
  await makeDirectory(hostPath('..', file))
    .then(() => writeFileWhole(file, renderIndex(rows, tool), 0o600))
    .catch(() => undefined);
}

export function renderIndex(rows: readonly IndexRow[], tool: string): string {
  const states = rows.flatMap(({ state: { size, mtimeMs, ctimeMs, inode } }) => [size, mtimeMs, ctimeMs, inode]);
  const content = [
    toolLine(tool),
    `${beforePaths}${JSON.stringify(rows.map(({ path }) => path))},`,
    `${beforeStates}${JSON.stringify(states)},`,
    '"easyconfigs":[',
    rows.map(({ line }) => line).join(',\n'),
    ']}\n',
  ].join('\n');
  return `${sumLine(content)}\n${content}`;
}

const sumLine = (content: string | Buffer): string =>
  `{"sha256":"${createHash('sha256').update(content).digest('hex')}",`;
const toolLine = (tool: string): string => `"tool":${JSON.stringify(tool)},`;
const beforePaths = '"paths":';
const beforeStates = '"states":';

/** The index that `bytes` hold, or undefined where they are not what {@link renderIndex} wrote for this tool. */
export function parseIndex(bytes: Buffer, tool: string): EasyconfigIndex | undefined {
  const firstLine = bytes.toString('latin1', 0, sumLine('').length);
  if (firstLine !== sumLine(bytes.subarray(firstLine.length + 1))) return undefined;
  const [, writtenTool, pathsLine = '', statesLine = '', , ...lines] = bytes.toString().split('\n');
  if (writtenTool !== toolLine(tool)) return undefined;
  const paths = parseLine(pathsLine.slice(beforePaths.length));
  const states = parseLine(statesLine.slice(beforeStates.length));
  if (!isListOf(paths, 'string') || !isListOf(states, 'number') || states.length !== 4 * paths.length) return undefined;
  const rowOf = new Map(paths.map((path, row) => [path, row]));
  return {
    size: rowOf.size,
    find: (path, { size, mtimeMs, ctimeMs, inode }) => {
      const row = rowOf.get(path);
      if (row === undefined) return undefined;
      const at = 4 * row;
      const isSame =
        states[at] === size && states[at + 1] === mtimeMs && states[at + 2] === ctimeMs && states[at + 3] === inode;
      return isSame ? withoutComma(lines[row] ?? '') : undefined;
    },
  };
}

/** Faults come first: {@link hasFault} need not parse a line. */
export function renderRow({ fault, summary }: SummarizedEasyconfig): string {
  return JSON.stringify({ fault, summary });
}

export function hasFault(line: string): boolean {
  return line.startsWith('{"fault":');
}

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
