import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { CtinstallError } from '../lib/errors.ts';
import { runPooled } from '../lib/pool.ts';
import { fileError, isMissing } from './files.ts';
import { readTextNow, readWhole } from './open-file.ts';

/*
 * The same small operation on thousands of files. What one could not do comes back in its place, so that the others are
 * done all the same.
 */

/** Entries of each directory, in no order; none where it is not there. */
export function listDirectories(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<(readonly Dirent[] | CtinstallError)[]> {
  const failed = (path: string) => (error: unknown) => (isMissing(error) ? [] : fileError(error, 'list', path));
  return forMany(paths, signal, {
    now: (path) => attempt(() => readdirSync(path, { withFileTypes: true }), failed(path)),
    later: (path) => readdir(path, { withFileTypes: true }).catch(failed(path)),
  });
}

/** What of a file changes whenever its content does, and whether it is a file. */
export interface FileState {
  readonly isFile: boolean;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, as exact as the file system has them. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly inode: number;
}

/** The state of what each path leads to, links followed; undefined where that is nothing, or cannot be seen. */
export function readFileStates(paths: readonly string[], signal?: AbortSignal): Promise<(FileState | undefined)[]> {
  return forMany(paths, signal, {
    now: (path) =>
      attempt(
        () => stateOf(statSync(path, { throwIfNoEntry: false })),
        () => undefined,
      ),
    later: (path) => stat(path).then(stateOf, () => undefined),
  });
}

function stateOf(stats: Stats | undefined): FileState | undefined {
  if (stats === undefined) return undefined;
  const { size, mtimeMs, ctimeMs, ino } = stats;
  return { isFile: stats.isFile(), size, mtimeMs, ctimeMs, inode: ino };
}

/** The text of each file, or why it cannot be read. */
export function readTexts(paths: readonly string[], signal?: AbortSignal): Promise<(string | CtinstallError)[]> {
  const failed = (path: string) => (error: unknown) => fileError(error, 'read', path);
  return forMany(paths, signal, {
    now: (path) => attempt(() => readTextNow(path) ?? failed(path)({ code: 'ENOENT' }), failed(path)),
    later: (path) => readWhole(path).then(String, failed(path)),
  });
}

/** The text of each file, undefined where it is not there, or why it cannot be read. */
export function readTextsIfThere(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<(string | undefined | CtinstallError)[]> {
  const failed = (path: string) => (error: unknown) => (isMissing(error) ? undefined : fileError(error, 'read', path));
  return forMany(paths, signal, {
    now: (path) => attempt(() => readTextNow(path), failed(path)),
    later: (path) => readWhole(path).then(String, failed(path)),
  });
}

/** The bytes of one file of at most `most` bytes. @throws CtinstallError */
export async function readBytes(path: string, most: number): Promise<Buffer> {
  return readWhole(path, most).catch((error: unknown) => {
    throw fileError(error, 'read', path);
  });
}

interface Operation<Result> {
  /** Blocks; never throws. */
  readonly now: (path: string) => Result;
  /** Never rejects. */
  readonly later: (path: string) => Promise<Result>;
}

/** So many are done before the time that they took is looked at. */
const sliceSize = 64;
/** To look at the time takes as long as an operation. */
const timedAtOnce = 4;
/** After this a signal is seen. */
const pauseMilliseconds = 20;
/** On a local file system an operation takes some 10 µs, as long as waiting for it costs; a file server takes far longer. */
const slowMilliseconds = 0.1;
const atOnce = 16;

/**
 * One after the other, without the detour over other threads, for as long as that is fast; several at once where each
 * has to wait.
 * @throws CtinstallError `interrupted`
 */
export async function forMany<Result>(
  paths: readonly string[],
  signal: AbortSignal | undefined,
  { now, later }: Operation<Result>,
): Promise<Result[]> {
  refuseIfAborted(signal);
  const results: Result[] = [];
  let [isSlow, paused] = [false, millisecondsNow()];
  while (results.length < paths.length && !isSlow) {
    const slice = paths.slice(results.length, results.length + sliceSize);
    const times: number[] = [];
    for (let first = 0; first < slice.length; first += timedAtOnce) {
      const few = slice.slice(first, first + timedAtOnce);
      const started = millisecondsNow();
      for (const path of few) results.push(now(path));
      times.push((millisecondsNow() - started) / few.length);
    }
    isSlow = areSlow(times);
    const ended = millisecondsNow();
    if (ended - paused < pauseMilliseconds) continue;
    await new Promise(setImmediate);
    refuseIfAborted(signal);
    paused = ended;
  }
  const rest = paths.slice(results.length).map((path, index) => ({ path, at: results.length + index }));
  await runPooled(rest, atOnce, {
    work: async ({ path, at }) => {
      refuseIfAborted(signal);
      results[at] = await later(path);
    },
    onLaterError: () => undefined,
  });
  return results;
}

/** `performance` would load modules of Node.js that nothing else needs. */
function millisecondsNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Where others use the processors too, a few take long: that is no reason to do what costs them more. */
function areSlow(times: readonly number[]): boolean {
  const fastFirst = times.toSorted((a, b) => a - b);
  return (fastFirst[Math.floor(0.75 * times.length)] ?? 0) > slowMilliseconds;
}

/** @throws CtinstallError `interrupted` */
function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CtinstallError('interrupted', 'interrupted');
}

function attempt<Result, Failed>(work: () => Result, failed: (error: unknown) => Failed): Result | Failed {
  try {
    return work();
  } catch (error) {
    return failed(error);
  }
}
