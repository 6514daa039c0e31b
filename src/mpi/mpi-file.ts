import * as z from 'zod';
import { type MpiDecision, mpiChoices, mpiWays } from './types.ts';

/** In an install dir: what was decided, and the links to libraries of the host. */
export const mpiFile = '.ctinstall/mpi.json';
export const mpiLinksDirectory = 'mpi';

const schema = z.object({
  wanted: z.enum(mpiChoices),
  origin: z.string(),
  way: z.enum(mpiWays),
  why: z.array(z.string()),
  host: z.object({ product: z.string(), path: z.string() }).optional(),
  container: z.string().optional(),
  libraries: z.array(z.object({ path: z.string(), buildId: z.string().optional() })),
});

/** What is kept of a decision with the install. */
export type KeptMpi = z.infer<typeof schema>;

export function renderMpiFile({ wanted, origin, way, why, host, container, libraries }: MpiDecision): string {
  const kept: KeptMpi = { wanted, origin, way, why: [...why], host, container, libraries: [...libraries] };
  return `${JSON.stringify(kept, undefined, 2)}\n`;
}

/** Undefined where the text is no such file. */
export function parseMpiFile(text: string): KeptMpi | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
