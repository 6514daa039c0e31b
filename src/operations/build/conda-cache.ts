import { listDirectory, makeDirectory, removeFile, removeTree, writeFileWhole } from '../../host/files.ts';
import { judgeProcessName, processName } from '../../host/process-name.ts';
import { type HostPath, joinHost, type Prefix } from '../../lib/paths.ts';

/** Where package files of conda are kept, for all builds. */
export function condaCacheOf(prefix: Prefix): HostPath {
  return joinHost(prefix, '.ctinstall', 'conda-packages');
}

const markStart = '.in-use-';
/** Several builds of one process each have their own. */
let marks = 0;

/** Does some work with the cache, with a mark by which {@link emptyCondaCache} lets it be. */
export async function withCondaCache<T>(cache: HostPath, work: () => Promise<T>): Promise<T> {
  await makeDirectory(cache);
  const mark = joinHost(cache, `${markStart}${await processName()}-${marks++}`);
  await writeFileWhole(mark, '', 0o644);
  try {
    return await work();
  } finally {
    await removeFile(mark);
  }
}

/** Removes the cache, unless a build is at work with it; says what became of it, or undefined where there is none. */
export async function emptyCondaCache(
  cache: HostPath,
  isDryRun: boolean,
): Promise<{ readonly heldBy: string | undefined } | undefined> {
  const names = (await listDirectory(cache)).map(({ name }) => name);
  if (names.length === 0) return undefined;
  for (const name of names) {
    if (!name.startsWith(markStart)) continue;
    const state = await judgeProcessName(name.slice(markStart.length));
    if (state === 'alive') return { heldBy: 'a build is at work with it' };
    if (state === 'unknown') return { heldBy: `a build on another machine may be at work with it, says ${name}` };
  }
  if (!isDryRun) await removeTree(cache);
  return { heldBy: undefined };
}
