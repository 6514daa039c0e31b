import type * as z from 'zod';
import { keptMpiSchema } from './mpi-file-schema.ts';
import type { MpiDecision } from './types.ts';

/** In an install dir: what was decided, and the links to libraries of the host. */
export const mpiFile = '.ctinstall/mpi.json';
export const mpiLinksDirectory = 'mpi';

/** What is kept of a decision with the install. */
export type KeptMpi = z.infer<typeof keptMpiSchema>;

export function renderMpiFile({ wanted, origin, way, why, host, container, libraries }: MpiDecision): string {
  const kept: KeptMpi = { wanted, origin, way, why: [...why], host, container, libraries: [...libraries] };
  return `${JSON.stringify(kept, undefined, 2)}\n`;
}

/** Undefined where the text is no such file. */
export function parseMpiFile(text: string): KeptMpi | undefined {
  try {
    return keptMpiSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
