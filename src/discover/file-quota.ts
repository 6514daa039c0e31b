import { readFileSystemRoom } from '../host/file-system.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';
import type { HostPath } from '../lib/paths.ts';
import { fileSystemName } from './file-system-names.ts';

/** How many files there are, of how many that may be. */
export interface FileQuota {
  readonly used: number;
  readonly most: number;
  /** `the quota of project 4711`, or `the file system`. */
  readonly whose: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The quota of files that holds for a directory, where the file system tells: on Lustre that of its project, else of the
 * user; elsewhere what `statfs` says, which is a project's quota on some file systems and the whole of others. Undefined
 * where files are not counted.
 */
export async function discoverFileQuota(directory: HostPath, environment: Environment): Promise<FileQuota | undefined> {
  const { type, freeFiles, totalFiles } = await readFileSystemRoom(directory);
  const name = fileSystemName(type);
  const lfs = name === 'Lustre' ? await lookUpProgram('lfs', environment.PATH) : undefined;
  if (lfs !== undefined) {
    const asked = await askLustre(lfs, directory, environment);
    if (asked !== undefined) return asked;
  }
  if (freeFiles === undefined || totalFiles === undefined) return undefined;
  return { used: totalFiles - freeFiles, most: totalFiles, whose: `the file system (${name})` };
}

async function askLustre(lfs: string, directory: HostPath, environment: Environment): Promise<FileQuota | undefined> {
  const ask = async (...args: string[]): Promise<string> =>
    (await run([lfs, ...args], { env: environment }).catch(() => undefined))?.stdout ?? '';
  // `4711 P /project/…`
  const [, project] = /^\s*(\d+) [P-] /.exec(await ask('project', '-d', directory)) ?? [];
  const holders = [
    ...(project === undefined || project === '0' ? [] : [['-p', project, `project ${project}`] as const]),
    ['-u', String(process.getuid?.()), 'yours'] as const,
  ];
  for (const [flag, id, whose] of holders) {
    const files = parseLustreQuota(await ask('quota', '-q', flag, id, directory));
    if (files !== undefined) return { ...files, whose: `the quota (${whose})` };
  }
  return undefined;
}

/**
 * Reads `lfs quota -q`: the file system, then kbytes, quota, limit, grace, files, quota, limit, grace. A long name of the file
 * system stands on a line of its own; `*` marks what is over its limit, `[…]` what is not exact. No limit is 0.
 */
export function parseLustreQuota(text: string): Pick<FileQuota, 'used' | 'most'> | undefined {
  const [used, soft, hard] = text.trim().split(/\s+/).slice(-4);
  const [count = Number.NaN, softLimit = 0, hardLimit = 0] = [used, soft, hard].map((word) =>
    Number(word?.replace(/[*[\]]/g, '')),
  );
  const most = hardLimit || softLimit;
  return Number.isInteger(count) && Number.isInteger(most) && most > 0 ? { used: count, most } : undefined;
}
