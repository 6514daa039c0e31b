import * as z from 'zod';

/** Linux has no higher number: 2^22. */
const mostProcesses = 4_194_304;

/** Anything else is a damaged lock: a signal to process -1, for one, would find all processes alive. */
export const holderSchema = z.object({
  host: z.string().min(1),
  pid: z.number().int().positive().max(mostProcesses),
  started: z.string(),
  boot: z.string(),
  pidNamespace: z.string().optional(),
  user: z.string(),
  slurmJob: z.string().optional(),
});
