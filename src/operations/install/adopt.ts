import {
  lstatIfThere,
  makeDirectory,
  removeEmptyDirectory,
  removeFile,
  rename,
  statIfThere,
} from '../../host/files.ts';
import { linkIfPossible } from '../../host/links.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { readRecord } from '../../records/record.ts';
import { hasEmptyUserSoftware, hasUserSoftware } from '../../records/user-software.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Context } from '../context.ts';
import { type AdoptedCopy, adoptCopy } from './adopt-copy.ts';

const directoryName = 'user-software';
const packedName = 'user-software.squashfs';

/** User software that an install of another tool holds, and that can become that of an install of ours. */
export interface Adoptable {
  readonly from: HostPath;
  readonly hasDirectory: boolean;
  readonly hasPacked: boolean;
  /** On another file system than the install: it is copied then. */
  readonly isElsewhere: boolean;
}

type Install = Pick<ResolvedInstall, 'installDir' | 'moduleName' | 'image' | 'prefix'>;

/**
 * Looks whether the user software in `from` can be taken over, and changes nothing.
 * @throws CtinstallError `usage` where there is none, or no room for it
 */
export async function findAdoptable(from: HostPath, install: Install): Promise<Adoptable> {
  const { installDir, moduleName } = install;
  const refuse = (message: string, hint?: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  const directory = await lstatIfThere(joinHost(from, directoryName));
  const packed = await lstatIfThere(joinHost(from, packedName));
  if (install.image === undefined) refuse(`${moduleName} is of no image: nothing can use user software in it`);
  if (from === `${installDir}`) refuse(`\`${from}\` is the install itself`);
  if ((await readRecord(from)) !== undefined)
    refuse(
      `\`${from}\` is an install of ctinstall`,
      'its user software is carried to another version with `ctinstall upgrade`',
    );
  if (directory === undefined && packed === undefined)
    refuse(`\`${from}\` has no user software: neither \`${directoryName}\` nor \`${packedName}\``);
  if (directory?.isDirectory() === false || packed?.isFile() === false)
    refuse(
      `the user software in \`${from}\` is a link, or something else than a directory and a file`,
      'name the directory that it leads to',
    );
  const isBegun = packed !== undefined && (await isSameFile(packed, joinHost(installDir, packedName)));
  if (!isBegun && (await hasUserSoftware(installDir)) && !(await hasEmptyUserSoftware(installDir)))
    refuse(
      `${moduleName} has user software of its own, which stays`,
      `without --adopt it is used; or move it aside first: ${formatCommand(['ctinstall', 'uninstall', '--with-user-software', moduleName])} removes it`,
    );
  const device = (await statIfThere(await nearest(installDir)))?.dev;
  const isElsewhere = device !== (directory ?? packed)?.dev;
  return { from, hasDirectory: directory !== undefined, hasPacked: packed !== undefined, isElsewhere };
}

/**
 * Takes it over, whole or not at all; what comes back takes it back.
 * @throws CtinstallError `filesystem` with all as it was
 */
export async function adopt(
  found: Adoptable,
  places: Pick<AdoptedCopy, 'installDir' | 'staging'>,
  context: Pick<Context, 'environment' | 'signal'>,
): Promise<() => Promise<void>> {
  if (!found.isElsewhere) return move(found, places.installDir);
  // The packed form counts more.
  const names = [...(found.hasPacked ? [packedName] : []), ...(found.hasDirectory ? [directoryName] : [])];
  return adoptCopy({ from: found.from, names, ...places }, context);
}

/**
 * Moves it, whole or not at all; what comes back takes it back. Stopped at any moment it leaves each of the two installs with
 * all of it or nothing, and given again it goes on: the packed form, which counts more, is in both until the directory has moved.
 * @throws CtinstallError `filesystem` with all as it was
 */
async function move({ from, hasDirectory, hasPacked }: Adoptable, installDir: HostPath): Promise<() => Promise<void>> {
  const [oldPacked, newPacked] = [joinHost(from, packedName), joinHost(installDir, packedName)];
  const [oldDirectory, newDirectory] = [joinHost(from, directoryName), joinHost(installDir, directoryName)];
  const isNew = (await lstatIfThere(installDir)) === undefined;
  const hadDirectory = (await lstatIfThere(newDirectory)) !== undefined;
  const undo = async (): Promise<void> => {
    if (hasPacked && (await lstatIfThere(oldPacked)) === undefined) await linkOrThrow(newPacked, oldPacked);
    if (hasDirectory && (await lstatIfThere(oldDirectory)) === undefined) await rename(newDirectory, oldDirectory);
    if (hasPacked) await removeFile(newPacked);
    if (hadDirectory) await makeDirectory(newDirectory);
    if (isNew) await removeEmptyDirectory(installDir);
  };
  try {
    await makeDirectory(installDir);
    const packed = await lstatIfThere(oldPacked);
    if (packed !== undefined && !(await isSameFile(packed, newPacked))) await linkOrThrow(oldPacked, newPacked);
    if (hasDirectory) await rename(oldDirectory, newDirectory);
    if (hasPacked) await removeFile(oldPacked);
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}

async function linkOrThrow(from: HostPath, to: HostPath): Promise<void> {
  if (await linkIfPossible(from, to)) return;
  throw new CtinstallError('filesystem', `\`${from}\` cannot be given the name \`${to}\``, {
    hint: 'the file system, or your rights to this file, allow no hard link: copy it there yourself',
  });
}

async function isSameFile(
  { dev, ino }: { readonly dev: number; readonly ino: number },
  path: HostPath,
): Promise<boolean> {
  const other = await lstatIfThere(path);
  return other?.dev === dev && other.ino === ino;
}

/** The directory that is there, around one that may not be. */
async function nearest(path: HostPath): Promise<HostPath> {
  return path === '/' || (await statIfThere(path)) !== undefined ? path : nearest(hostPath('..', path));
}
