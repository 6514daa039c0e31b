import { CtinstallError } from '../lib/errors.ts';
import { type FileState, listDirectories, readFileStates } from './many-files.ts';
import type { Memory } from './memory.ts';

/** An entry of a directory: what it is, links not followed, before its name. */
export type KindAndName = `${'d' | 'f' | 'l' | '?'}${string}`;

/**
 * The entries of each directory as `listDirectories` gives them; what the memory knows of one that has not changed since is not
 * looked up again.
 */
export async function listKinds(
  paths: readonly string[],
  { memory, signal }: { readonly memory: Memory | undefined; readonly signal?: AbortSignal | undefined },
): Promise<(readonly KindAndName[] | CtinstallError)[]> {
  const states = memory === undefined ? [] : await readFileStates(paths, signal);
  const found = paths.map((path, at) => recallKinds(path, states[at], memory));
  const unknown = paths.flatMap((path, at) => (found[at] === undefined ? [{ path, at }] : []));
  const listings = await listDirectories(
    unknown.map(({ path }) => path),
    signal,
  );
  for (const [index, { path, at }] of unknown.entries()) {
    const entries = listings[index] ?? [];
    const kinds = entries instanceof CtinstallError ? entries : entries.map(kindAndName);
    found[at] = kinds;
    const state = states[at];
    if (state?.isFile === false && !(kinds instanceof CtinstallError)) memory?.note(path, state, kinds);
  }
  return found.map((each) => each ?? []);
}

function recallKinds(
  path: string,
  state: FileState | undefined,
  memory: Memory | undefined,
): readonly KindAndName[] | CtinstallError | undefined {
  const known = state === undefined || state.isFile ? undefined : memory?.recall(path, state);
  return Array.isArray(known) ? (known as KindAndName[]) : undefined;
}

interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: () => boolean;
  readonly isFile: () => boolean;
  readonly isSymbolicLink: () => boolean;
}

function kindAndName(entry: DirectoryEntry): KindAndName {
  const kind = entry.isDirectory() ? 'd' : entry.isFile() ? 'f' : entry.isSymbolicLink() ? 'l' : '?';
  return `${kind}${entry.name}`;
}

/**
 * Whether a name leads to a file, as far as the entries of its directory say: `unknown` where they are not known, or it is a
 * link.
 */
export function isFileIn(kinds: readonly KindAndName[] | undefined, name: string): boolean | 'unknown' {
  if (kinds === undefined || name.includes('/')) return 'unknown';
  if (kinds.includes(`f${name}`)) return true;
  return kinds.includes(`l${name}`) || kinds.includes(`?${name}`) ? 'unknown' : false;
}
