import { joinHost, type StagingDir } from '../lib/paths.ts';
import { mpiFile, mpiLinksDirectory, renderMpiFile } from '../mpi/mpi-file.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import type { PlannedFile } from './planned-file.ts';
import type { Step } from './steps/step.ts';

/** What was decided on MPI, for later: whether it is so still, and what it is done anew with. */
export function planMpiFile({ mpi }: Pick<ResolvedInstall, 'mpi'>): PlannedFile[] {
  if (mpi?.decision === undefined) return [];
  return [{ relative: mpiFile, mode: 0o644, content: renderMpiFile(mpi.decision) }];
}

/** The directory of links that the container searches first, with the names of its files. */
export function planMpiLinks(
  { mpi }: Pick<ResolvedInstall, 'mpi'>,
  staging: StagingDir,
): { steps: Step[]; files: string[] } {
  const links = mpi?.decision?.links ?? [];
  if (links.length === 0) return { steps: [], files: [] };
  return {
    steps: [{ kind: 'make-links', directory: joinHost(staging, mpiLinksDirectory), links }],
    files: links.map(({ name }) => `${mpiLinksDirectory}/${name}`),
  };
}
