import * as z from 'zod';
import { texts } from './values.ts';

/** What is printed of workflows; `describe` has a job for each, and more of it. */
const run = {
  id: z.string(),
  file: z.string().describe('the Fuzzfile'),
  engine: z.enum(['slurm', 'local']),
  made: z.string(),
  ctinstall: z.string().describe('the version that started it'),
  directory: z.string(),
  state: z.enum(['running', 'finished', 'failed', 'stopped', 'waiting', 'stalled']),
};

const jobState = z.enum(['pending', 'running', 'finished', 'failed', 'cancelled', 'never', 'lost', 'unknown']);

export const workflowDocuments = {
  'workflow validate': z.object({
    file: z.string(),
    jobs: z.number(),
    tasks: z.number(),
    notes: texts,
    slurm: z.boolean().describe('whether Slurm was asked; it would take the jobs then'),
  }),
  'workflow list': z.array(z.object({ ...run, jobs: z.number() })),
  'workflow describe': z.object({
    ...run,
    note: z.string().optional().describe('what keeps it from going on'),
    jobs: z.array(
      z.object({
        name: z.string(),
        kind: z.string(),
        state: jobState,
        unit: z.string().describe('the job, or that of its tasks which matters most'),
        tasks: z.record(z.string(), z.number()).optional(),
        status: z
          .looseObject({ state: z.string(), host: z.string(), started: z.number(), changed: z.number() })
          .optional(),
        slurmIds: texts,
        why: z.string().optional(),
      }),
    ),
  }),
};
