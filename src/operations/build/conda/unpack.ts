import type { Readable } from 'node:stream';
import { extract, type Headers } from 'tar-stream';
import { findNameFault } from '../../../conda/archive-names.ts';
import { copyTreeFile, writeTreeFile } from '../../../host/unpacked-tree.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatBytes, formatLine } from '../../../lib/format.ts';
import { type HostPath, joinHost } from '../../../lib/paths.ts';
import type { FetchedPackage } from './download.ts';
import { openArchive } from './open-archive.ts';
import type { CondaContext } from './types.ts';

/** What of a package is no file: made last, so that nothing is ever written through a link. */
export interface Unpacked {
  /** Targets of symbolic links by their path. */
  readonly links: ReadonlyMap<string, string>;
  /** Seconds since 1970, by path. */
  readonly times: ReadonlyMap<string, number>;
}

/** Bytes: packages unpack to ten times their size at most; this is a bomb. */
const mostOf = (archive: number): number => Math.max(2 ** 30, 100 * archive);

/**
 * Unpacks the files of a package into a new directory.
 * @throws CtinstallError `package-invalid` for what leads out of the directory, is no file, directory or link, or is too large
 */
export async function unpackPackage(
  fetched: FetchedPackage,
  directory: HostPath,
  context: CondaContext,
): Promise<Unpacked> {
  const links = new Map<string, string>();
  const times = new Map<string, number>();
  let left = mostOf(fetched.size);
  const fault = (what: string): CtinstallError => packageFault(fetched, what);
  const take = async (header: Headers, pieces: AsyncIterable<Uint8Array>): Promise<void> => {
    const name = header.name.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
    const shown = formatLine(header.name);
    const bad = findNameFault(name);
    if (bad !== undefined) throw fault(`it holds a file \`${shown}\`, whose name ${bad}`);
    left -= header.size ?? 0;
    if (left < 0) throw fault(`it unpacks to more than ${formatBytes(mostOf(fetched.size))}`);
    const mtime = Math.floor((header.mtime?.getTime() ?? 0) / 1000);
    times.set(name, mtime);
    const path = joinHost(directory, name);
    const target = header.linkname ?? '';
    switch (header.type) {
      case 'directory':
        return;
      case 'symlink':
        links.set(name, target);
        return;
      case 'link': {
        if (findNameFault(target) !== undefined)
          throw fault(`\`${shown}\` is a link out of it, to \`${formatLine(target)}\``);
        const linked = links.get(target);
        if (linked !== undefined) links.set(name, linked);
        else copyTreeFile(joinHost(directory, target), path);
        return;
      }
      case 'file':
      case 'contiguous-file':
        return writeTreeFile(path, pieces, { mtime, isProgram: ((header.mode ?? 0) & 0o111) !== 0 });
      default:
        throw fault(`it holds \`${shown}\`, which is a ${header.type}`);
    }
  };
  try {
    for await (const tar of openArchive(fetched.file, context.environment.PATH))
      await eachEntry(tar, take, context.signal);
  } catch (error) {
    if (error instanceof CtinstallError && error.message !== '') throw withPackage(error, fault);
    throw fault(error instanceof Error ? error.message : String(error));
  }
  return { links, times };
}

async function eachEntry(
  tar: Readable,
  take: (header: Headers, pieces: AsyncIterable<Uint8Array>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const entries = extract();
  tar.on('error', (error) => entries.destroy(error));
  tar.pipe(entries);
  try {
    for await (const entry of entries) {
      if (signal.aborted) throw new CtinstallError('interrupted', 'interrupted');
      await take(entry.header, entry);
      entry.resume();
    }
  } finally {
    tar.destroy();
  }
}

/** What decompression says does not know of which package. */
function withPackage(error: CtinstallError, fault: (what: string) => CtinstallError): CtinstallError {
  return error.code === 'package-invalid' && error.hint === undefined ? fault(error.message) : error;
}

export function packageFault({ fileName, channel }: FetchedPackage, what: string): CtinstallError {
  return new CtinstallError(
    'package-invalid',
    `the package \`${formatLine(fileName)}\` cannot be used: ${formatLine(what)}`,
    {
      hint: `tell those who keep the channel \`${formatLine(channel)}\`, or take another version`,
    },
  );
}
