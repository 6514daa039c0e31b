import type { ContentHash } from '../host/copy-file.ts';
import { lstatIfThere } from '../host/files.ts';
import type { HostPath } from '../lib/paths.ts';
import type { RecordedFile } from '../records/record.ts';
import type { Measured } from './types.ts';

export function startMeasuring(): Measured {
  return { image: undefined, files: [], retired: [], unlisted: [], log: [], isCommitted: false };
}

/** What a record says of a file: `path` lies below `root`. */
export async function measureFile(root: HostPath, path: string, hash: Partial<ContentHash>): Promise<RecordedFile> {
  const stats = await lstatIfThere(path);
  return {
    path: path.slice(root.length + 1),
    size: stats?.size ?? 0,
    mode: (stats?.mode ?? 0) & 0o7777,
    mtimeMs: stats?.mtimeMs,
    sha256: hash.sha256,
    ...(hash.digest === undefined ? {} : { digest: hash.digest }),
  };
}
