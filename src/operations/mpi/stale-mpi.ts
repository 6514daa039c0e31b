import { readElfFile } from '../../discover/elf-files.ts';
import { statIfThere } from '../../host/files.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { InstallRecord } from '../../records/record.ts';
import { readKeptMpi } from './fit-installed.ts';

/** A library of the host that is not what it was when an install was fitted to it. */
export interface StaleLibrary {
  readonly path: HostPath;
  readonly what: string;
}

/** Looks whether they are there; with `isThorough` also whether they are the same build. */
export async function findStaleMpi(
  installDir: HostPath,
  record: Pick<InstallRecord, 'moduleName'>,
  { isThorough }: { isThorough: boolean },
): Promise<StaleLibrary[]> {
  const kept = await readKeptMpi(installDir);
  const renew = `ctinstall regenerate ${record.moduleName}`;
  const stale = await Promise.all(
    (kept?.libraries ?? []).map(async ({ path, buildId }): Promise<StaleLibrary[]> => {
      const there = await statIfThere(path).catch(() => undefined);
      if (there === undefined)
        return [{ path: hostPath(path), what: `is gone, a library of this machine's MPI; to fit it again: ${renew}` }];
      if (!isThorough || buildId === undefined) return [];
      const read = await readElfFile(path);
      const isSame = read?.kind === 'elf' && read.elf.buildId === buildId;
      return isSame
        ? []
        : [{ path: hostPath(path), what: `was replaced since MPI was fitted; to fit it again: ${renew}` }];
    }),
  );
  return stale.flat();
}
