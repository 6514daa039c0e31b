import * as z from 'zod';
import {
  isDirectory,
  isFile,
  linkOrCopy,
  listDirectory,
  lstatIfThere,
  makeDirectory,
  readTextIfThere,
  removeEmptyDirectory,
  removeFile,
  removeTree,
  rename,
  writeFileWhole,
} from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import type { PublishStep } from '../plan/types.ts';

/*
 * Publishing over an earlier install: each file is renamed over the old one, which keeps a second name in the retired
 * directory. A journal there says beforehand what will change, so that this run, or the next one if this one is killed,
 * can put everything back. There is no moment at which a file of the install is missing.
 */

const journalSchema = z.object({
  installDir: z.string(),
  modulefile: z.string(),
  hadModulefile: z.boolean(),
  /** Whether the install dir was there before. */
  hadInstallDir: z.boolean(),
  /** Paths below the install dir that replace a file there. */
  replaced: z.array(z.string()),
  /** Paths below the install dir, files or whole directories, that were not there. */
  added: z.array(z.string()),
});

type Journal = z.infer<typeof journalSchema>;

const journalName = 'journal.json';
const retiredModulefile = 'modulefile';

/** Moves what was staged into place. The retired directory then holds what {@link undoPublish} needs. */
export async function publish({ from, to, modulefile }: PublishStep, retired: HostPath): Promise<void> {
  const hadInstallDir = await isDirectory(to);
  const journal: Journal = { installDir: to, modulefile, hadModulefile: await isFile(modulefile), hadInstallDir, replaced: [], added: [] };
  if (hadInstallDir) await compare(from, to, '', journal);
  await makeDirectory(retired);
  await writeFileWhole(joinHost(retired, journalName), `${JSON.stringify(journal)}\n`, 0o644);
  if (journal.hadModulefile) await linkOrCopy(modulefile, joinHost(retired, retiredModulefile));
  if (!hadInstallDir) {
    await makeDirectory(hostPath('..', to));
    await rename(from, to);
    return;
  }
  for (const path of journal.replaced) {
    const kept = joinHost(retired, 'files', path);
    await makeDirectory(hostPath('..', kept));
    await linkOrCopy(joinHost(to, path), kept);
  }
  for (const path of [...journal.added, ...journal.replaced]) await rename(joinHost(from, path), joinHost(to, path));
}

/** What of the staged tree is new and what replaces something; a directory that is there is gone through. */
async function compare(from: HostPath, to: HostPath, below: string, journal: Journal): Promise<void> {
  for (const entry of await listDirectory(joinHost(from, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const there = await lstatIfThere(joinHost(to, path));
    if (there === undefined) journal.added.push(path);
    else if (entry.isDirectory() && there.isDirectory()) await compare(from, to, path, journal);
    // What is there of user software is the user's, whatever was staged.
    else if (!isUserSoftware(path)) journal.replaced.push(path);
  }
}

/**
 * Puts back what {@link publish} replaced and removes what it added, if a journal is there. Safe to be killed in, and to
 * be run again. `keeps` says of an added path whether it must stay (the user's own data).
 */
export async function undoPublish(retired: HostPath, keeps: (path: string) => boolean): Promise<void> {
  const journal = await readJournal(retired);
  if (journal === undefined) return removeTree(retired);
  const installDir = hostPath(journal.installDir);
  // The modulefile first: it must not name an image that goes away below it.
  const oldModulefile = joinHost(retired, retiredModulefile);
  if (!journal.hadModulefile) await removeFile(journal.modulefile);
  else if (await isFile(oldModulefile)) await rename(oldModulefile, journal.modulefile);
  for (const path of journal.replaced) {
    const kept = joinHost(retired, 'files', path);
    if ((await lstatIfThere(kept)) !== undefined) await rename(kept, joinHost(installDir, path));
  }
  if (journal.hadInstallDir) {
    for (const path of journal.added) if (!keeps(path)) await removeTree(joinHost(installDir, path));
  } else {
    for (const entry of await listDirectory(installDir)) if (!keeps(entry.name)) await removeTree(joinHost(installDir, entry.name));
    await removeEmptyDirectory(installDir);
  }
  await removeTree(retired);
}

/** Makes what was published final: from here on there is no way back. */
export async function commitPublish(retired: HostPath): Promise<void> {
  await removeFile(joinHost(retired, journalName));
  await removeTree(retired);
}

/** Whether a path below an install dir is, or lies in, what the user put there. */
export function isUserSoftware(path: string): boolean {
  return path.split('/')[0]?.startsWith('user-software') ?? false;
}

/** Whether an install dir holds user software, in either form. */
export async function hasUserSoftware(installDir: HostPath): Promise<boolean> {
  return (await isThere(installDir, 'user-software')) || isPacked(installDir);
}

/** Whether the user software has its venv, or must be taken to have it: what is packed is not looked into. */
export async function hasVenv(installDir: HostPath, name: string): Promise<boolean> {
  return (await isPacked(installDir)) || isThere(installDir, `user-software/venv/${name}`);
}

function isPacked(installDir: HostPath): Promise<boolean> {
  return isThere(installDir, 'user-software.squashfs');
}

async function isThere(installDir: HostPath, path: string): Promise<boolean> {
  return (await lstatIfThere(joinHost(installDir, path))) !== undefined;
}

/** @throws CtinstallError where the journal is damaged: what was replaced is kept in the retired directory */
async function readJournal(retired: HostPath): Promise<Journal | undefined> {
  const path = joinHost(retired, journalName);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    return journalSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CtinstallError('filesystem', `\`${path}\` is damaged: what an earlier run replaced cannot be put back`, {
      hint: `move \`${retired}\` aside (it holds the replaced files), then run again with \`--rebuild\``,
      cause: error,
    });
  }
}
