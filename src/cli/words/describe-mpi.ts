import type { Decided } from '../../mpi/decide.ts';
import type { WantedMpi } from '../../mpi/types.ts';

/** How MPI of an install reaches the network, and why the other ways will not do. */
export function describeMpi(
  mpi: { readonly wanted: WantedMpi } | undefined,
  decided: Decided | undefined,
): (readonly [string, string])[] {
  if (mpi === undefined) return [];
  const asked = `${mpi.wanted.replace} (${mpi.wanted.origin})`;
  if (decided === undefined) return [['MPI', `${asked}; what that is here can be said once the image is here`]];
  if (decided.decision === undefined) return [['MPI', `${asked}, which will not do: ${decided.refused.why}`]];
  const { way, why, refused, warnings, libraries } = decided.decision;
  const count = libraries.length === 0 ? '' : `; ${libraries.length} libraries of the host go in`;
  return [
    ['MPI', `${way}: ${why.join('; ')}${count} (asked for: ${asked})`],
    ...refused.map((each) => ['MPI', `not ${each.way}: ${each.why}`] as const),
    ...warnings.map((warning) => ['MPI', warning] as const),
  ];
}
