import { familyNames } from './families.ts';
import { type Fit, fitLibfabric, fitMpi } from './fit.ts';
import { describeWhatGoesIn, type GoesIn } from './goes-in.ts';
import {
  type HostFacts,
  type LookedAtMpi,
  type MpiDecision,
  type MpiWay,
  mpiWays,
  type RefusedWay,
  type WantedMpi,
} from './types.ts';
import { variablesOf } from './variables.ts';

/** A decision, or why the way that was asked for will not do. */
export type Decided =
  | { readonly decision: MpiDecision }
  | { readonly decision: undefined; readonly refused: RefusedWay };

/** Says how MPI of an image reaches the network here: as asked for, or else in the best way that fits. */
export function decideMpi(
  wanted: WantedMpi,
  host: HostFacts,
  looked: LookedAtMpi,
  places: { readonly linksDirectory: string; readonly bound: readonly string[] },
): Decided {
  const fits: Readonly<Record<MpiWay, Fit | undefined>> = {
    mpi: fitMpi(host, looked, wanted.glibc),
    libfabric: fitLibfabric(host, looked, wanted.glibc),
    none: undefined,
  };
  const refusedOf = (way: MpiWay): RefusedWay[] => {
    if (wanted.never.includes(way)) return [{ way, why: 'the easyconfig refuses it (`never`)', hint: undefined }];
    const fit = fits[way];
    return fit?.kind === 'unfit' ? [{ way, why: fit.why, hint: fit.hint }] : [];
  };
  const asked = wanted.replace === 'auto' ? mpiWays.toReversed() : [wanted.replace];
  const refused = asked.flatMap(refusedOf);
  const way = asked.find((each) => !refused.some((other) => other.way === each));
  if (way === undefined)
    return { decision: undefined, refused: refused.at(-1) ?? { way: 'none', why: 'no way is left', hint: undefined } };
  const fit = fits[way];
  const goesIn: GoesIn | undefined = fit?.kind === 'fit' ? describeWhatGoesIn(fit, looked.image, places) : undefined;
  const used = way === 'mpi' && host.mpi.state === 'found' ? host.mpi.mpi : undefined;
  const [container] = looked.image?.mpis ?? [];
  return {
    decision: {
      wanted: wanted.replace,
      origin: wanted.origin,
      way,
      why: [fit?.kind === 'fit' ? fit.why : describeNone(looked)],
      // What comes after the way that fits was not asked.
      refused: refused.filter((each) => asked.indexOf(each.way) < asked.indexOf(way)),
      warnings: goesIn?.warnings ?? [],
      host: fit?.kind === 'fit' ? { product: used?.product ?? 'libfabric', path: fit.set.main.path } : undefined,
      container: container === undefined ? undefined : `${familyNames[container.mpi.family]}, ${container.path}`,
      binds: goesIn?.binds ?? [],
      links: goesIn?.links ?? [],
      variables: variablesOf(way, host, looked.image),
      libraries: goesIn?.libraries ?? [],
    },
  };
}

function describeNone({ image }: LookedAtMpi): string {
  const [first] = image?.mpis ?? [];
  if (first === undefined) return 'nothing of the host goes in';
  const pmi = first.mpi.family === 'openmpi' ? 'srun --mpi=pmix' : 'srun --mpi=pmi2';
  return `the container's own MPI, started by \`${pmi}\` or a launcher of the same family`;
}
