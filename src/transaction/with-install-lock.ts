import { findRefusal, isDirectory, listDirectory, lstatIfThere, removeFile, removeTree } from '../host/files.ts';
import { requireSymbolicLinks } from '../host/links.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath, joinHost, oldWorkNameOf, type Prefix } from '../lib/paths.ts';
import type { Reporter } from '../report/types.ts';
import { checkPrefixOwner } from './check-prefix-owner.ts';
import { findOwner, giveBack } from './give-back.ts';
import { readJournal } from './journal.ts';
import { type LockOptions, takeLock } from './lock.ts';
import { findMissing, removeEmptyDirectories } from './made-directories.ts';
import { mendDirectories } from './mend-directories.ts';
import { endNotedCommand } from './noted-command.ts';
import { undoPublish } from './publish.ts';
import type { InstallPlaces, LockedOptions } from './types.ts';
import { withUserSoftwareLock } from './user-software-lock.ts';

/**
 * Does `work` as the only one at work on this install: checks that the prefix can be written, takes the lock of the install
 * and that of its user software, clears up after a run that was killed, and gives the locks back. After a failure the
 * directories made on the way go again, if they are empty.
 */
export async function withInstallLock<T>(
  places: InstallPlaces,
  options: LockedOptions,
  work: () => Promise<T>,
): Promise<T> {
  await checkWritable(places.prefix);
  await checkPrefixOwner(places, options.reporter);
  const madeOnTheWay = await findMissing(directoriesOf(places));
  const owner = await findOwner(await nearestExisting(places.prefix));
  const locking: LockOptions = {
    ...options,
    onWait: (holder) => options.reporter.report({ event: 'note', message: `waiting for ${holder}` }),
  };
  try {
    const unlock = await takeLock(places.lock, locking);
    try {
      if (!(await isDirectory(places.installDir)))
        await requireSymbolicLinks(
          hostPath('..', places.lock),
          `${places.lock.split('/').at(-1)}.${process.pid}.link~`,
        );
      return await withUserSoftwareLock(places.installDir, locking, async () => {
        await recover(places, options.reporter);
        await recoverOldNames(places, locking);
        if (options.directories !== undefined) await mendDirectories(places, options.directories);
        return work();
      });
    } catch (error) {
      // While nobody else makes directories there; those that lead to the lock go when it is gone.
      await removeEmptyDirectories(madeOnTheWay);
      throw error;
    } finally {
      await unlock();
    }
  } catch (error) {
    await removeEmptyDirectories(madeOnTheWay);
    throw error;
  } finally {
    if (owner !== undefined) await giveBack(places, madeOnTheWay, owner);
  }
}

/** Clears what a killed run left: its half-published files are put back, its staging directory goes. */
async function recover(places: InstallPlaces, reporter: Reporter): Promise<void> {
  const { staging, retired, moduleName } = places;
  await removePartFiles(places);
  if (!(await isDirectory(staging)) && !(await isDirectory(retired))) return;
  reporter.report({ event: 'note', message: `clearing up after an earlier run on ${moduleName} that was stopped` });
  await endNotedCommand(retired, (message) => reporter.report({ event: 'warning', message, hint: undefined }));
  await undoPublish(retired);
  await removeTree(staging);
}

/** What a killed run of a version left that used other names; another install may have had the same. */
async function recoverOldNames({ prefix, installDir }: InstallPlaces, locking: LockOptions): Promise<void> {
  const [name = '', fullVersion = ''] = installDir.split('/').slice(-2);
  const [staging, retired, lock] = oldPlacesOf(prefix, name, fullVersion);
  if (!(await isDirectory(staging)) && !(await isDirectory(retired))) return;
  const unlock = await takeLock(lock, locking);
  try {
    const found = await readJournal(retired);
    if (found !== undefined && found.journal.installDir !== installDir) return;
    await undoPublish(retired);
    await removeTree(staging);
  } finally {
    await unlock();
  }
}

function oldPlacesOf(prefix: Prefix, name: string, fullVersion: string): [HostPath, HostPath, HostPath] {
  const old = oldWorkNameOf(name, fullVersion);
  const place = (kind: string, file: string): HostPath => joinHost(prefix, '.ctinstall', kind, file);
  return [place('staging', old), place('retired', old), place('locks', `${old}.lock`)];
}

/** What a killed run had not yet given its name. Only who holds the lock writes files of this install. */
async function removePartFiles({ modulefile, installDir, lock }: InstallPlaces): Promise<void> {
  for (const [directory, beginning, end] of [
    [hostPath('..', modulefile), `${modulefile.split('/').at(-1)}.`, '.part~'],
    [joinHost(installDir, '.ctinstall'), '', '.part~'],
    // Of one who is about to take the lock too: that one tries again.
    [hostPath('..', lock), `${lock.split('/').at(-1)}.`, '~'],
    // The lock under which the versions of a module are marked.
    [hostPath('..', lock), `${installDir.split('/').at(-2)}.versions.lock.`, '~'],
  ] as const)
    for (const { name } of await listDirectory(directory))
      if (name.startsWith(beginning) && name.endsWith(end)) await removeFile(joinHost(directory, name));
}

async function checkWritable(prefix: Prefix): Promise<void> {
  const existing = await nearestExisting(prefix);
  if (!(await isDirectory(existing)))
    throw new CtinstallError(
      'prefix-not-writable',
      `cannot install under \`${prefix}\`: \`${existing}\` is not a directory`,
      {
        hint: 'choose another place with `--prefix <dir>`',
      },
    );
  const refusal = await findRefusal(existing, 'write');
  if (refusal !== undefined)
    throw new CtinstallError(
      'prefix-not-writable',
      `cannot install under \`${prefix}\`: ${refusal === 'EROFS' ? `\`${existing}\` is on a read-only file system` : `no permission to write in \`${existing}\``}`,
      {
        hint: 'choose a place of your own with `--prefix <dir>` or `CTINSTALL_PREFIX`',
      },
    );
}

/** The directory itself, or the nearest one above it that is there. */
export async function nearestExisting(path: HostPath): Promise<HostPath> {
  let at = path;
  while (at !== '/' && (await lstatIfThere(at)) === undefined) at = hostPath('..', at);
  return at;
}

/** The directories that the work may make, children before parents. */
function directoriesOf({ staging, retired, lock, prefix, installDir, modulefile }: InstallPlaces): HostPath[] {
  return [
    ...[staging, retired, lock].map((path) => hostPath('..', path)),
    joinHost(prefix, '.ctinstall'),
    installDir,
    hostPath('..', installDir),
    hostPath('../..', installDir),
    hostPath('..', modulefile),
    hostPath('../..', modulefile),
    hostPath('../../..', modulefile),
    ...ancestorsOf(prefix),
  ];
}

/** The directory itself and those above it, the root left out. */
function ancestorsOf(directory: HostPath): HostPath[] {
  return directory === '/' ? [] : [directory, ...ancestorsOf(hostPath('..', directory))];
}
