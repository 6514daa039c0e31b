import { withFileReader } from '../../host/file-reader.ts';
import { realPath } from '../../host/files.ts';
import { makeSymbolicLink } from '../../host/links.ts';
import { commandError, run } from '../../host/run.ts';
import { writePieces } from '../../host/write-pieces.ts';
import { inodesStored, type Renaming, renameInRoot } from '../../image/rename-in-root.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine, formatValue } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { packingMemory } from '../../squashfs/packing-memory.ts';
import { makeProgressParser } from '../../squashfs/parse-progress.ts';
import type { Context } from '../context.ts';

/** The squashfs in a file to which a layer is added. */
export interface Target {
  readonly file: HostPath;
  /** Where in it the squashfs begins. */
  readonly offset: number;
  /** For messages: the base. */
  readonly shown: string;
}

export interface PackOptions {
  /** Directories, by the names that they get in the root. */
  readonly directories: ReadonlyMap<string, HostPath>;
  /** Those names that may be there: the new directory takes the place of the old one. */
  readonly replaces: readonly string[];
  /** Files that are stored just as they are, neither compressed nor joined with others, by their paths in the root. */
  readonly stored?: readonly string[];
  /** A directory of its own, which is there. */
  readonly work: HostPath;
  /** What is newer gets this time: seconds since 1970 UTC. */
  readonly time: number;
  readonly title: string;
}

const blockSizeOffset = 12;
const flagsOffset = 24;
const inodeTableOffset = 64;
/** How much longer a name of ours is than that for which it stands: other places in the listing may need more heads. */
const room = 64;
/** No file system takes a longer name. */
const longestName = 255;

/**
 * Adds directories to the root of a squashfs. `mksquashfs` can only add under new names, so it is given names of ours, which
 * are then made the right ones: see {@link renameInRoot}. Gives back from which byte of the file on it is another.
 * @throws CtinstallError `command-failed`, `usage` for a name that is there already
 */
export async function addToSquashfs(target: Target, options: PackOptions, context: Context): Promise<number> {
  const { file, offset, shown } = target;
  const renamings: Renaming[] = [];
  const sources: string[] = [];
  for (const [to, directory] of options.directories) {
    const from = `.ctinstall-${renamings.length}-`.padEnd(Math.min(Buffer.byteLength(to) + room, longestName), 'x');
    await makeSymbolicLink(directory, joinHost(options.work, from));
    // With the slash it is what the link leads to, under the name of the link.
    sources.push(`${joinHost(options.work, from)}/`);
    renamings.push({ from, to, replaces: options.replaces.includes(to) });
  }
  const superblock = await readSuperblock(target);
  const flags = superblock.readUInt16LE(flagsOffset);
  // New data goes where the tables begin, and tables behind it.
  const changedFrom = offset + Number(superblock.readBigUInt64LE(inodeTableOffset));
  await writePieces(file, [flagsPiece(offset, flags | inodesStored)], { isSyncedLater: true });
  const stored = (options.stored ?? []).map((path) => {
    const [first = '', ...rest] = path.split('/');
    return [renamings.find(({ to }) => to === first)?.from ?? first, ...rest].join('/');
  });
  const memory = packingMemory(superblock.readUInt32LE(blockSizeOffset));
  await append(target, { ...options, sources, stored, memory }, context);
  await writePieces(file, [flagsPiece(offset, flags)], { isSyncedLater: true });
  const renamed = await withFileReader(file, (reader) =>
    renameInRoot((at, length) => reader.read(offset + at, length), renamings),
  );
  if (renamed.kind === 'taken') throw takenName(renamed.name, shown);
  if (renamed.kind === 'unfit')
    throw new CtinstallError('command-failed', `files could not be added to \`${shown}\`: ${renamed.why}`, {
      hint: 'another version of squashfs-tools may do better; please tell the authors of ctinstall',
    });
  await writePieces(
    file,
    renamed.pieces.map(({ offset: at, bytes }) => ({ offset: offset + at, bytes })),
    { isSyncedLater: true },
  );
  return changedFrom;
}

export function takenName(name: string, base: string): CtinstallError {
  return new CtinstallError('usage', `\`${base}\` has a \`/${formatValue(name)}\` already`, {
    hint: 'name another place, whose first directory the base has not: `--files <dir>:/my/place`',
  });
}

async function readSuperblock({ file, offset }: Target): Promise<Buffer> {
  return Buffer.from(await withFileReader(file, (reader) => reader.read(offset, 96)));
}

/** The file as the user knows it: the source is a link to its directory. */
async function inSource(path: string, source: string): Promise<string> {
  return joinHost(hostPath(await realPath(source)), path.slice(source.length));
}

function flagsPiece(offset: number, flags: number): { offset: number; bytes: Uint8Array } {
  return { offset: offset + flagsOffset, bytes: Uint8Array.of(flags & 0xff, flags >> 8) };
}

interface Sources {
  readonly sources: readonly string[];
  /** Paths that begin with the name of a source. */
  readonly stored: readonly string[];
  /** Flags. */
  readonly memory: readonly string[];
}

async function append(
  target: Target,
  { sources, stored, memory, time, title }: Pick<PackOptions, 'time' | 'title'> & Sources,
  context: Context,
): Promise<void> {
  const { environment, signal, reporter } = context;
  const parser = makeProgressParser((done, total) =>
    reporter.report({ event: 'progress', title, done, total, unit: 'blocks' }),
  );
  // What is not for everybody would be for nobody who runs the image: in it all is root's.
  const permissions = ['-action', 'chmod(a+rX,go-w)@!type(l)'];
  const asTheyAre = stored.flatMap((path) =>
    ['uncompressed', 'no-fragments'].flatMap((what) => ['-action', `${what}@pathname(${path})`]),
  );
  const flags = [
    '-keep-as-directory',
    '-all-root',
    '-no-xattrs',
    '-no-recovery',
    '-exit-on-error',
    ...permissions,
    ...memory,
    ...asTheyAre,
  ];
  const argv = ['mksquashfs', ...sources, target.file, '-offset', String(target.offset), ...flags] as const;
  // Newer times become this one.
  const env = { ...environment, SOURCE_DATE_EPOCH: String(time), LC_ALL: 'C' };
  const result = await run(argv, { env, signal, onOutput: parser.take });
  if (result.exitCode === 0) return;
  const [, unread] =
    /^(?:Could not open|Failed to read file|Cannot read|Failed to open) (\S.*)$/m.exec(result.stderr) ?? [];
  const source = sources.find((each) => unread?.startsWith(each));
  if (unread !== undefined && source !== undefined)
    throw new CtinstallError(
      'filesystem',
      `a file of \`--files\` cannot be read: \`${formatLine(await inSource(unread, source))}\``,
      {
        hint: 'make it readable, or leave it out of the directory',
      },
    );
  const isFull = /No space left|Disk quota/.test(result.stderr);
  const failed = commandError(argv, { ...result, stdout: '' }, 'adding the files');
  throw new CtinstallError(isFull ? 'no-space' : 'command-failed', failed.message, {
    details: failed.details,
    hint: isFull ? 'make room, or write the image to another file system' : undefined,
  });
}
