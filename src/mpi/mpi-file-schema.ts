import * as z from 'zod';
import { mpiChoices, mpiWays } from './types.ts';

export const keptMpiSchema = z.object({
  wanted: z.enum(mpiChoices),
  origin: z.string(),
  way: z.enum(mpiWays),
  why: z.array(z.string()),
  host: z.object({ product: z.string(), path: z.string() }).optional(),
  container: z.string().optional(),
  libraries: z.array(z.object({ path: z.string(), buildId: z.string().optional() })),
});
