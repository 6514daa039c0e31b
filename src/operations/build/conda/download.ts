import { createHash } from 'node:crypto';
import { withoutSecrets } from '../../../conda/channels.ts';
import type { CondaPackage } from '../../../conda/types.ts';
import { removeFile } from '../../../host/files.ts';
import { hashesOf, type Received, receiveFile } from '../../../host/receive-file.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatLine } from '../../../lib/format.ts';
import { type HostPath, joinHost } from '../../../lib/paths.ts';
import { runPooled } from '../../../lib/pool.ts';
import { fetchUrl } from './fetch-url.ts';
import type { CondaContext } from './types.ts';

const atOnce = 5;

/** A package whose file is here, verified. */
export interface FetchedPackage extends CondaPackage {
  readonly file: HostPath;
  readonly sha256: string;
  readonly size: number;
}

/**
 * Has the files of packages in the cache; what is there whole is not fetched again.
 * @throws CtinstallError `checksum-mismatch`, of which nothing is kept, `fetch-failed`, `interrupted`
 */
export async function downloadPackages(
  packages: readonly CondaPackage[],
  cache: HostPath,
  context: CondaContext,
): Promise<FetchedPackage[]> {
  const fetched = new Map<string, FetchedPackage>();
  const total = packages.reduce((sum, { size = 0 }) => sum + size, 0);
  let done = 0;
  const onBytes = (count: number): void => {
    done += count;
    if (total > 0)
      context.reporter.report({ event: 'progress', title: 'fetch conda packages', done, total, unit: 'bytes' });
  };
  await runPooled(packages, atOnce, {
    work: async (each) => {
      if (context.signal.aborted) throw new CtinstallError('interrupted', 'interrupted');
      fetched.set(each.url, await fetchPackage(each, { cache, onBytes }, context));
    },
    onLaterError: () => undefined,
  });
  return packages.flatMap(({ url }) => fetched.get(url) ?? []);
}

async function fetchPackage(
  wanted: CondaPackage,
  { cache, onBytes }: { readonly cache: HostPath; readonly onBytes: (count: number) => void },
  context: CondaContext,
): Promise<FetchedPackage> {
  const key = wanted.sha256 ?? wanted.md5 ?? createHash('sha256').update(wanted.url).digest('hex');
  const file = joinHost(cache, `${key.slice(0, 32)}-${wanted.fileName}`);
  const there = await hashesOf(file);
  if (there !== undefined) {
    if (findMismatch(wanted, there) === undefined) {
      onBytes(there.size);
      return { ...wanted, ...there, file };
    }
    await removeFile(file);
  }
  const pieces = await fetchUrl(wanted.url, context);
  if (pieces === undefined)
    throw new CtinstallError('fetch-failed', `\`${formatLine(withoutSecrets(wanted.url))}\` is not there`, {
      hint: 'the channel may have withdrawn the package: ask for another version, or make the lock file again',
    });
  let received: Received | undefined;
  await receiveFile(pieces, file, {
    onBytes,
    verify: (hashes) => {
      const mismatch = findMismatch(wanted, hashes);
      if (mismatch !== undefined) throw mismatch;
      received = hashes;
    },
  });
  if (received === undefined) throw new CtinstallError('fetch-failed', `\`${wanted.fileName}\` was not received`);
  return { ...wanted, ...received, file };
}

function findMismatch(wanted: CondaPackage, is: Received): CtinstallError | undefined {
  const kind = wanted.sha256 !== undefined ? 'sha256' : 'md5';
  const should = wanted[kind]?.toLowerCase();
  if (should === undefined || should === is[kind]) return undefined;
  return new CtinstallError(
    'checksum-mismatch',
    `the package \`${formatLine(wanted.name)}\` is not what it should be`,
    {
      details: [
        `file: ${formatLine(withoutSecrets(wanted.url))}`,
        `${kind} should be: ${should}`,
        `${kind} is:        ${is[kind]}`,
      ],
      hint: 'the file was damaged on its way, or replaced: run again, and if it stays so, do not use this channel; nothing of it was kept',
    },
  );
}
