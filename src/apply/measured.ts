import { lstatIfThere } from '../host/files.ts';
import type { HostPath } from '../lib/paths.ts';
import type { RecordedFile } from '../records/record.ts';

/** What was measured while the steps of a plan ran: goes into the record. */
export interface Measured {
  /** `size` in bytes; `sha256` where it was read. */
  image: { sha256: string | undefined; size: number; how: string } | undefined;
  readonly files: RecordedFile[];
  /** Images of an earlier install that were kept, relative to the install dir. */
  readonly retired: string[];
  /** Files in the install dir that no record lists, relative to it; known once the install is published. */
  unlisted: readonly string[];
  /** Lines of the log. */
  readonly log: string[];
}

export function startMeasuring(): Measured {
  return { image: undefined, files: [], retired: [], unlisted: [], log: [] };
}

/** What a record says of a file: `path` lies below `root`. */
export async function measureFile(root: HostPath, path: string, sha256: string | undefined): Promise<RecordedFile> {
  const stats = await lstatIfThere(path);
  return {
    path: path.slice(root.length + 1),
    size: stats?.size ?? 0,
    mode: (stats?.mode ?? 0) & 0o7777,
    mtimeMs: stats?.mtimeMs,
    sha256,
  };
}
