import { type HostPath, hostPath } from '../lib/paths.ts';
import { makeDirectory, statIfThere, writeFileWhole } from './files.ts';
import type { FileState } from './many-files.ts';
import { readTextNow } from './open-file.ts';

/*
 * What thousands of files and directories were found to hold, each with the state in which it was then: what is in that state
 * still need not be read again. Nothing depends on it: a memory that is damaged or another user's is as good as none.
 *
 * It is a JSON object: {"about":"…","known":{"/path":[size,mtimeMs,ctimeMs,inode,value],…}}
 */

/** A value that JSON can hold. */
export type Remembered = string | readonly string[] | object;

export interface Memory {
  /** What was found at a path, if that is still in the state of then. */
  readonly recall: (path: string, state: FileState) => Remembered | undefined;
  /** Keeps what was found at a path in this state; not where a further change might not show in the state. */
  readonly note: (path: string, state: FileState, found: Remembered) => void;
  /** Writes what was recalled and noted, where that is anything new, and where it is possible at all. */
  readonly save: () => Promise<void>;
}

export interface MemoryPlace {
  readonly file: HostPath;
  /** What it is a memory of: one of anything else counts for nothing. */
  readonly about: string;
}

/**
 * Milliseconds that must have passed since the last change: times move in ticks, of up to two seconds on some file systems, and
 * the clock of a file server is not always that of this machine.
 */
const settledMilliseconds = 10_000;
/** More than 100,000 installs take. */
const mostBytes = 200 * 2 ** 20;

/** Reads a memory; an empty one where there is none. @param now milliseconds since 1970, before anything is looked at */
export async function readMemory({ file, about }: MemoryPlace, now: number = Date.now()): Promise<Memory> {
  const stats = await statIfThere(file);
  const isOurs = stats?.isFile() === true && stats.uid === process.getuid?.();
  const known = (isOurs ? knownIn(file, about) : undefined) ?? {};
  const kept: Record<string, Row> = Object.create(null);
  let isNew = false;
  return {
    recall: (path, state) => {
      const row = known[path];
      if (row === undefined || !isOf(row, state)) return undefined;
      kept[path] = row;
      return row[4];
    },
    note: (path, { size, mtimeMs, ctimeMs, inode }, found) => {
      if (now - ctimeMs < settledMilliseconds) return;
      kept[path] = [size, mtimeMs, ctimeMs, inode, found];
      isNew = true;
    },
    save: async () => {
      if (!isNew) return;
      await makeDirectory(hostPath('..', file))
        .then(() => writeFileWhole(file, JSON.stringify({ about, known: kept }), 0o600))
        .catch(() => undefined);
    },
  };
}

type Row = readonly [size: number, mtimeMs: number, ctimeMs: number, inode: number, found: Remembered];

function isOf([size, mtimeMs, ctimeMs, inode]: Row, state: FileState): boolean {
  return size === state.size && mtimeMs === state.mtimeMs && ctimeMs === state.ctimeMs && inode === state.inode;
}

function knownIn(file: HostPath, about: string): Readonly<Record<string, Row>> | undefined {
  try {
    const written: unknown = JSON.parse(readTextNow(file, mostBytes) ?? '');
    if (typeof written !== 'object' || written === null || !('about' in written) || !('known' in written))
      return undefined;
    const { known } = written;
    return written.about === about && isTable(known) ? known : undefined;
  } catch {
    return undefined;
  }
}

function isTable(value: unknown): value is Readonly<Record<string, Row>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const row of Object.values(value)) if (!Array.isArray(row) || row.length !== 5 || !row[4]) return false;
  return true;
}
