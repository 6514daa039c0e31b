import { lookUpProgram } from '../host/look-up.ts';
import { type Found, found, missing } from '../lib/found.ts';

export interface Runtime {
  /** As the scripts of an install call it: found anew on `PATH` on each node, unless a path was asked for. */
  readonly name: string;
  readonly path: string;
}

/** Looks for the container runtime: the one asked for, else `singularity`, else `apptainer` on `PATH`. */
export async function discoverRuntime(asked: string | undefined, path: string | undefined): Promise<Found<Runtime>> {
  const names = asked === undefined ? ['singularity', 'apptainer'] : [asked];
  for (const name of names) {
    const program = await lookUpProgram(name, path);
    if (program !== undefined) return found({ name, path: program }, name.includes('/') ? 'as asked for' : 'on PATH');
  }
  return missing(names.map((name) => (name.includes('/') ? `\`${name}\`` : `\`${name}\` on PATH`)));
}
