import { userInfo } from 'node:os';
import { type FileSystemRoom, readFileSystemRoom } from '../host/file-system.ts';
import { isDirectory, statIfThere, writeFileWhole } from '../host/files.ts';
import { withTemporaryDirectory } from '../host/temporary.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type Finding, foundThing, missingThing, stoppedBy, unusableThing } from '../lib/finding.ts';
import { formatBytes, formatCommand } from '../lib/format.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import { fileSystemName, isFileSystemInMemory, isSharedFileSystem } from './file-system-names.ts';

/** A line for each further prefix, whose installs are only looked at. */
export async function checkMorePrefixes(prefixes: readonly HostPath[]): Promise<Finding[]> {
  const what = 'further prefix';
  const tried = ['`more_prefixes` in the settings'];
  return Promise.all(
    prefixes.map(async (prefix) =>
      (await isDirectory(prefix))
        ? foundThing(what, prefix, tried)
        : missingThing(what, tried, { value: `\`${prefix}\` is not there` }),
    ),
  );
}

/** Where the prefix is, or will be made. */
interface Ground {
  readonly path: HostPath;
  readonly isPrefix: boolean;
}

/** Whether something can be installed under the prefix, and how much: a line each. `origin` is what set it. */
export async function checkPrefixRoom(prefix: HostPath, origin: string): Promise<Finding[]> {
  const ground = await findGround(prefix);
  const writing = await checkWriting(prefix, ground, origin);
  if (writing.state === 'unusable') return [writing];
  const room = await readFileSystemRoom(ground.path).catch((error: unknown) => {
    if (error instanceof CtinstallError) return error;
    throw error;
  });
  if (room instanceof CtinstallError) return [writing, stoppedBy('file system', room)];
  return [writing, checkFileSystem(ground, room), checkRoom(ground, room)];
}

/** The prefix if it is there, else the nearest directory above it that is. */
async function findGround(prefix: HostPath): Promise<Ground> {
  let path = prefix;
  while (path !== '/' && (await statIfThere(path)) === undefined) path = hostPath('..', path);
  return { path, isPrefix: path === prefix };
}

/** Tried with a file of some size: permission bits say little on a file system of a server, and a quota may be used up. */
async function checkWriting(prefix: HostPath, { path, isPrefix }: Ground, origin: string): Promise<Finding> {
  const what = 'prefix';
  const stats = await statIfThere(path);
  const tried = [
    origin === 'default' ? 'by default' : `set by ${origin}`,
    ...(isPrefix ? [] : [`not there yet, but \`${path}\` is`]),
  ];
  const hint = 'choose a place of your own with `--prefix <dir>` or `CTINSTALL_PREFIX`';
  if (stats?.isDirectory() !== true)
    return unusableThing(what, `\`${path}\` is not a directory`, tried, { hint, stopsInstalls: true });
  const owner = describeOwner(stats);
  try {
    await withTemporaryDirectory(path, (directory) =>
      writeFileWhole(`${directory}/file`, ' '.repeat(leastBytes), 0o600),
    );
  } catch (error) {
    if (!(error instanceof CtinstallError)) throw error;
    return unusableThing(what, error.message, [...tried, owner], { hint: error.hint ?? hint, stopsInstalls: true });
  }
  return foundThing(what, `${prefix}, writable`, [...tried, owner]);
}

function describeOwner({ uid, gid, mode }: { uid: number; gid: number; mode: number }): string {
  const mine = process.getuid?.() === uid;
  const whose = mine ? `yours (${userInfo().username})` : `of user ${uid}, group ${gid}`;
  return `${whose}${(mode & 0o2000) === 0 ? '' : ', what is made in it belongs to its group (setgid)'}`;
}

function checkFileSystem({ path }: Ground, { type }: FileSystemRoom): Finding {
  const what = 'file system';
  const name = fileSystemName(type);
  const tried = [`\`${path}\``];
  if (!isFileSystemInMemory(type)) return foundThing(what, name, tried);
  return unusableThing(what, `${name}: what you install is gone when the machine starts again`, tried, {
    hint: 'choose another place with `--prefix <dir>`',
  });
}

/** An install without an image of its own takes this much. */
const leastBytes = 1024 ** 2;
const leastFiles = 20;

function checkRoom({ path }: Ground, { type, freeBytes, totalBytes, freeFiles }: FileSystemRoom): Finding {
  const what = 'room';
  const files = freeFiles === undefined ? 'files are not counted' : `${freeFiles} more files fit`;
  const isKnown = freeBytes !== undefined && totalBytes !== undefined;
  const bytes = isKnown
    ? `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free`
    : 'the file system gives no sizes';
  const value = `${bytes}, ${files}`;
  const tried = [`\`${path}\``];
  if ((freeBytes ?? leastBytes) >= leastBytes && (freeFiles === undefined || freeFiles >= leastFiles))
    return foundThing(what, value, tried, { hint: quotaHint(path, type) });
  return unusableThing(what, value, tried, {
    hint: 'free some space or files, or install elsewhere with `--prefix <dir>`',
    stopsInstalls: true,
  });
}

/** What is free is not what a user may have: how to ask for that differs, and so do the answers. */
function quotaHint(path: HostPath, type: number): string | undefined {
  if (!isSharedFileSystem(type)) return undefined;
  const command = quotaCommands[fileSystemName(type)];
  return `your quota may allow less${command === undefined ? '' : `: ${command} ${formatCommand([path])}`}`;
}

const quotaCommands: Readonly<Record<string, string>> = {
  Lustre: 'lfs quota -h',
  GPFS: 'mmlsquota --block-size auto',
  NFS: 'quota -s -f',
};
