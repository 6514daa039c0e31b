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

const ended = z.enum(['finished', 'failed', 'stopped', 'stalled', 'running', 'waiting']);

export const workflowEvents = {
  started: z.object({ event: z.literal('started'), id: z.string(), directory: z.string(), engine: run.engine }),
  job: z
    .object({ event: z.literal('job'), name: z.string(), state: jobState, why: z.string().optional() })
    .describe('a job is in another state than before'),
  ended: z.object({ event: z.literal('ended'), id: z.string(), state: ended }),
  stopped: z.object({ event: z.literal('stopped'), id: z.string() }),
  resumed: z
    .object({ event: z.literal('resumed'), id: z.string(), count: z.literal(0) })
    .describe('all has ended well: nothing is to be done'),
  cleaned: z.object({ event: z.literal('cleaned'), removed: texts }),
} as const;

export const workflowDocuments = {
  'workflow start --dry-run': z.array(
    z.object({ path: z.string(), text: z.string(), mode: z.number().describe('permissions, as a number') }),
  ),
  'workflow graph': z.object({
    title: z.string(),
    state: z.string().optional().describe('of a run'),
    nodes: z.array(
      z.object({
        name: z.string(),
        kind: z.string(),
        needs: z.array(z.object({ name: z.string(), on: z.enum(['ok', 'any', 'begin']) })),
        asks: z.string(),
        state: jobState.optional(),
        took: z.string().optional(),
        why: z.string().optional(),
        log: texts,
      }),
    ),
  }),
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
