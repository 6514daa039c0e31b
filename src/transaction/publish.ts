import {
  isDirectory,
  isFile,
  linkOrCopy,
  listDirectory,
  lstatIfThere,
  makeDirectory,
  removeEmptyDirectory,
  removeFile,
  removeTree,
  rename,
  renameBack,
  syncDirectories,
} from '../host/files.ts';
import { changeMode } from '../host/permissions.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath, joinHost, stagingOf } from '../lib/paths.ts';
import type { PublishStep } from '../plan/steps/publish.ts';
import { removeOtherModulefiles } from '../records/other-modulefiles.ts';
import { isReachedDirectly } from '../records/remove-below.ts';
import { removeLeftovers } from '../records/remove-leftovers.ts';
import { isUserSoftware } from '../records/user-software.ts';
import { type Journal, readJournal, retiredModulefile, writeJournal } from './journal.ts';
import { listUserSoftware, removeUserSoftware } from './published-user-software.ts';
import { finishUninstall, putUserSoftwareBack } from './uninstall-steps.ts';

/*
 * Publishing over an earlier install: each file is renamed over the old one, which keeps a second name in the retired
 * directory. A journal there says beforehand what will change, so that this run, or the next one if this one is killed,
 * can put everything back. There is no moment at which a file of the install is missing.
 */

/** Moves what was staged into place. The retired directory then holds what {@link undoPublish} needs. */
export async function publish(
  { from, to, modulefile }: PublishStep,
  retired: HostPath,
  commit: Pick<Journal, 'modulefileSha256' | 'leftovers'> = { leftovers: [] },
): Promise<void> {
  const hadInstallDir = await isDirectory(to);
  const journal: Journal = {
    installDir: to,
    modulefile,
    hadModulefile: await isFile(modulefile),
    hadInstallDir,
    replaced: [],
    added: [],
    ...commit,
  };
  if (hadInstallDir) await compare(from, to, '', journal);
  const added = hadInstallDir ? journal.added : (await listDirectory(from)).map(({ name }) => name);
  journal.userSoftware = await listUserSoftware(from, added);
  await makeDirectory(retired);
  await writeJournal(retired, journal);
  if (journal.hadModulefile) await linkOrCopy(modulefile, joinHost(retired, retiredModulefile));
  if (!hadInstallDir) {
    await makeDirectory(hostPath('..', to));
    await rename(from, to);
    return syncDirectories([to, hostPath('..', to)]);
  }
  for (const path of journal.replaced) {
    const kept = joinHost(retired, 'files', path);
    await makeDirectory(hostPath('..', kept));
    await linkOrCopy(joinHost(to, path), kept);
  }
  const changed = [...journal.added, ...journal.replaced];
  for (const path of changed) await move(joinHost(from, path), joinHost(to, path));
  await syncDirectories([...new Set(changed.map((path) => hostPath('..', joinHost(to, path))))]);
}

/** A directory that its owner may not write to keeps its name for them: it would have another parent. */
async function move(from: HostPath, to: HostPath): Promise<void> {
  const stats = await lstatIfThere(from);
  const isClosed = stats?.isDirectory() === true && (stats.mode & ownersWriteBit) === 0;
  if (isClosed) await changeMode(from, (mode) => mode | ownersWriteBit);
  await rename(from, to);
  if (isClosed) await changeMode(to, () => stats.mode & 0o7777);
}

const ownersWriteBit = 0o200;

/** What of the staged tree is new and what replaces something; a directory that is there is gone through. */
async function compare(from: HostPath, to: HostPath, below: string, journal: Journal): Promise<void> {
  for (const entry of await listDirectory(joinHost(from, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const there = await lstatIfThere(joinHost(to, path));
    if (there === undefined) journal.added.push(path);
    else if (entry.isDirectory() && there.isDirectory()) await compare(from, to, path, journal);
    // What is there of user software is the user's, whatever was staged.
    else if (isUserSoftware(path)) continue;
    else if (entry.isDirectory() !== there.isDirectory())
      throw new CtinstallError(
        'filesystem',
        `\`${joinHost(to, path)}\` is in the way: it is ${there.isDirectory() ? 'a' : 'not a'} directory`,
        {
          hint: 'move it aside, then run again',
        },
      );
    else journal.replaced.push(path);
  }
}

/**
 * Clears up after a run that did not end well. Before its modulefile was written, or removed for good: puts back what was
 * replaced or set aside and removes what was added; after that: finishes what was left to remove. Safe to be killed in, and to be run again.
 * Of user software only what was published goes: what has come beside it is the user's.
 */
export async function undoPublish(retired: HostPath): Promise<void> {
  const found = await readJournal(retired);
  if (found === undefined) return removeTree(retired);
  const { journal, isCommitted } = found;
  const installDir = hostPath(journal.installDir);
  if (isCommitted) {
    if (journal.isUninstall === true) await finishUninstall(journal);
    else {
      await removeOtherModulefiles(installDir, hostPath(journal.modulefile));
      await removeLeftovers(installDir, journal.leftovers);
    }
    return removeTree(retired);
  }
  if (journal.isUninstall === true) await putUserSoftwareBack(installDir);
  // The modulefile first: it must not name an image that goes away below it.
  const oldModulefile = joinHost(retired, retiredModulefile);
  if (!journal.hadModulefile) await removeFile(journal.modulefile);
  else if (await isFile(oldModulefile)) await renameBack(oldModulefile, journal.modulefile);
  for (const path of journal.replaced) {
    const kept = joinHost(retired, 'files', path);
    if ((await lstatIfThere(kept)) !== undefined && (await isReachedDirectly(installDir, path)))
      await renameBack(kept, joinHost(installDir, path));
  }
  await removeUserSoftware(stagingOf(retired), installDir, journal.userSoftware ?? []);
  if (journal.hadInstallDir) {
    for (const path of journal.added)
      if (!isUserSoftware(path) && (await isReachedDirectly(installDir, path)))
        await removeTree(joinHost(installDir, path));
  } else if ((await lstatIfThere(installDir))?.isDirectory() === true) {
    for (const entry of await listDirectory(installDir))
      if (!isUserSoftware(entry.name)) await removeTree(joinHost(installDir, entry.name));
    await removeEmptyDirectory(installDir);
  }
  await removeTree(retired);
}
