import { lstatIfThere, makeDirectory, removeEmptyDirectory, removeTree, rename } from '../../host/files.ts';
import { run } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost, type StagingDir } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** What is copied where. */
export interface AdoptedCopy {
  readonly from: HostPath;
  /** Of the entries in `from`, in the order in which they are put into place. */
  readonly names: readonly string[];
  readonly installDir: HostPath;
  /** On the file system of the install dir; whatever is there is removed. */
  readonly staging: StagingDir;
}

/**
 * Copies user software from another file system, whole or not at all: to the staging directory, where it is compared with the
 * original, and then renamed. The original stays. What comes back takes the copy away again.
 * @throws CtinstallError `filesystem` with all as it was
 */
export async function adoptCopy(
  { from, names, installDir, staging }: AdoptedCopy,
  context: Pick<Context, 'environment' | 'signal'>,
): Promise<() => Promise<void>> {
  const isNew = (await lstatIfThere(installDir)) === undefined;
  const taken: HostPath[] = [];
  const emptied: HostPath[] = [];
  const undo = async (): Promise<void> => {
    for (const path of taken.toReversed()) await removeTree(path);
    for (const path of emptied) await makeDirectory(path);
    if (isNew) await removeEmptyDirectory(installDir);
  };
  try {
    await removeTree(staging);
    await makeDirectory(staging);
    for (const name of names) {
      const [original, copy] = [joinHost(from, name), joinHost(staging, name)];
      await runOrThrow(['cp', '-a', '--', original, copy], context);
      await runOrThrow(['diff', '-rq', '--no-dereference', '--', original, copy], context);
    }
    await makeDirectory(installDir);
    for (const name of names) {
      const place = joinHost(installDir, name);
      // An empty directory gives way.
      if ((await lstatIfThere(place)) !== undefined) emptied.push(place);
      await rename(joinHost(staging, name), place);
      taken.push(place);
    }
  } catch (error) {
    await undo();
    throw error;
  } finally {
    await removeTree(staging);
  }
  return undo;
}

async function runOrThrow(
  argv: readonly [string, ...string[]],
  { environment, signal }: Pick<Context, 'environment' | 'signal'>,
): Promise<void> {
  const { exitCode, stdout, stderr } = await run(argv, { env: environment, signal });
  if (exitCode === 0) return;
  const said = `${stderr}${stdout}`.trim().split('\n').slice(0, 5);
  throw new CtinstallError('filesystem', 'the user software could not be copied: all is as it was', {
    details: said.filter((line) => line !== '').map((line) => `| ${line}`),
  });
}
