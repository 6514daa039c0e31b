import { mayExtend } from '../easyconfig/extend.ts';
import { type SummarizedEasyconfig, summarizeEasyconfig, summarizeExtended } from '../easyconfig/summarize.ts';
import { shpcFile } from '../formats/shpc/name.ts';
import { summarizeShpc } from '../formats/shpc/summarize.ts';
import { lstatIfThere } from '../host/files.ts';
import { type FileState, readFileStates, readTexts } from '../host/many-files.ts';
import { formatBytes } from '../lib/format.ts';
import type { HostPath } from '../lib/paths.ts';
import {
  type EasyconfigIndex,
  emptyIndex,
  type IndexPlace,
  type IndexRow,
  isSettled,
  parseRow,
  readIndex,
  renderRow,
  writeIndex,
} from './easyconfig-index.ts';
import { type EasyconfigSearch, findEasyconfigs } from './easyconfigs.ts';
import { readExtended } from './read-extended.ts';

export interface CataloguedEasyconfig extends SummarizedEasyconfig {
  readonly path: HostPath;
  /** Whether the word is in what the easyconfig says; in its path, where that cannot be read. */
  readonly isMatch: boolean;
}

export interface EasyconfigCatalogue {
  /** In no order: those that match, and those that cannot be read. */
  readonly easyconfigs: readonly CataloguedEasyconfig[];
  /** Directories that cannot be read, one line each. */
  readonly faults: readonly string[];
  /** Writes the index, where that is worth it. */
  readonly keepIndex: () => Promise<void>;
}

export interface CatalogueOptions {
  /** What is searched for; empty for all easyconfigs. */
  readonly word: string;
  readonly index: IndexPlace | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The current directory is another one each time: only with so many easyconfigs in it they go into the index. */
const leastHere = 100;
/** No easyconfig is so large, and YAML of this size takes seconds. */
const mostBytes = 2 ** 20;

/**
 * Searches what the easyconfigs in the current directory and along the path say of themselves. Only those are read whose
 * file is not in the very state that the index knows.
 * @throws CtinstallError `interrupted`
 */
export async function searchCatalogue(
  search: Pick<EasyconfigSearch, 'cwd' | 'directories'>,
  { word, index: place, signal }: CatalogueOptions,
): Promise<EasyconfigCatalogue> {
  const started = Date.now();
  const index = place === undefined ? emptyIndex : await readIndex(place);
  const known = await findWithStates(search, { index: place === undefined ? undefined : index, signal });
  // A directory that held a recipe may hold anything now.
  const isGone = known.paths.some((path, at) => known.states[at] === undefined && path.endsWith(`/${shpcFile}`));
  const { here, along, faults, directories, paths, states } = isGone
    ? await findWithStates(search, { index: place === undefined ? undefined : emptyIndex, signal })
    : known;
  const isToIndex = here.length > 0 && here.length < leastHere ? new Set(along) : { has: () => true };

  const easyconfigs: CataloguedEasyconfig[] = [];
  const add = (path: HostPath, read: SummarizedEasyconfig): void => {
    const isMatch = (read.summary?.words ?? path.toLowerCase()).includes(word.toLowerCase());
    if (isMatch || read.summary === undefined) easyconfigs.push({ path, ...read, isMatch });
  };
  const rows: (Pick<IndexRow, 'path' | 'state'> & { readonly line: string | number })[] = [];
  const toRead: FileToRead[] = [];
  const concerned = index.findRows(JSON.stringify(word.toLowerCase()).slice(1, -1));
  for (const [at, path] of paths.entries()) {
    const state = states[at];
    const unusable = state === undefined ? await describeMissing(path) : describeUnusable(state);
    if (unusable !== undefined) add(path, { summary: undefined, fault: `${path}: ${unusable}` });
    if (state === undefined || unusable !== undefined) continue;
    const row = index.find(path, state);
    const concerns = row !== undefined && concerned.has(row);
    const read = concerns ? parseRow(index.lineOf(row)) : undefined;
    if (row === undefined || (concerns && read === undefined)) toRead.push({ path, state });
    else if (isToIndex.has(path)) rows.push({ path, state, line: row });
    if (read !== undefined) add(path, read);
  }
  let changes = index.size - rows.length;
  for await (const { path, state, read } of readEach(toRead, signal)) {
    add(path, read);
    if (!isToIndex.has(path) || !isSettled(state, started)) continue;
    rows.push({ path, state, line: renderRow(read) });
    changes += 1;
  }
  const settled = directories.filter(({ state }) => isSettled(state, started));
  changes += settled.filter(({ isNew }) => isNew).length;
  // A few easyconfigs are read again sooner than a large index is written.
  const isWorthIt = changes > 0 && changes >= rows.length / 50;
  return {
    easyconfigs,
    faults,
    keepIndex: async () => {
      if (place === undefined || !isWorthIt) return;
      const whole = rows.map((row) => ({
        ...row,
        line: typeof row.line === 'number' ? index.lineOf(row.line) : row.line,
      }));
      await writeIndex(place, whole, settled);
    },
  };
}

async function findWithStates(
  search: Pick<EasyconfigSearch, 'cwd' | 'directories'>,
  { index, signal }: { readonly index: EasyconfigIndex | undefined; readonly signal: AbortSignal | undefined },
) {
  const found = await findEasyconfigs(search, signal, index);
  const { here, along } = found;
  const paths = mayRepeat(here, search.directories) ? [...new Set([...here, ...along])] : along;
  return { ...found, paths, states: await readFileStates(paths, signal) };
}

/** Whether a file may have been found twice. There are many, and a set of them takes its time. */
function mayRepeat(here: readonly HostPath[], directories: readonly HostPath[]): boolean {
  const isWithin = (directory: HostPath, at: number): boolean =>
    directories.some((other, index) => index !== at && `${directory}/`.startsWith(`${other === '/' ? '' : other}/`));
  return here.length > 0 || directories.some(isWithin);
}

interface FileToRead {
  readonly path: HostPath;
  readonly state: FileState;
}

/** So many are read, then parsed: the signal to stop is seen in between. */
const batchSize = 1000;

/** Files that are gone by now are left out. One that may not be read may be later, with no change to it: it never settles. */
async function* readEach(
  files: readonly FileToRead[],
  signal: AbortSignal | undefined,
): AsyncGenerator<FileToRead & { readonly read: SummarizedEasyconfig }> {
  for (let first = 0; first < files.length; first += batchSize) {
    const batch = files.slice(first, first + batchSize);
    const texts = await readTexts(
      batch.map(({ path }) => path),
      signal,
    );
    for (const [at, { path, state }] of batch.entries()) {
      const text = texts[at];
      // What it extends may change with no change to it: it never settles.
      if (typeof text === 'string' && mayExtend(text)) {
        const extended = await readExtended(path, text);
        const read = extended === undefined ? summarize(path, text) : summarizeExtended(path, extended);
        yield { path, state: { ...state, ctimeMs: Number.POSITIVE_INFINITY }, read };
      } else if (typeof text === 'string') yield { path, state, read: summarize(path, text) };
      else if (text !== undefined && (await lstatIfThere(path)) !== undefined)
        yield {
          path,
          state: { ...state, ctimeMs: Number.POSITIVE_INFINITY },
          read: { summary: undefined, fault: text.message },
        };
    }
  }
}

function summarize(path: string, text: string): SummarizedEasyconfig {
  return path.endsWith(`/${shpcFile}`) ? summarizeShpc(path, text) : summarizeEasyconfig(path, text);
}

async function describeMissing(path: HostPath): Promise<string | undefined> {
  return (await lstatIfThere(path)) === undefined ? undefined : 'is a link to nothing';
}

function describeUnusable({ isFile, size }: FileState): string | undefined {
  if (!isFile) return 'is no regular file';
  return size > mostBytes ? `has ${formatBytes(size)}, which is too large for an easyconfig` : undefined;
}
