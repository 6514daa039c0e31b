import * as z from 'zod';
import { finding } from './finding.ts';
import { maybeText, texts } from './values.ts';

const way = z.enum(['none', 'libfabric', 'mpi']);

/** What this machine has of MPI, and what installs were given; `fits` of those that are named. */
export const mpiDocument = z.object({
  findings: z.array(finding),
  installs: z.array(
    z.object({
      module: z.string(),
      way: maybeText,
      fits: z.array(z.object({ way: z.string(), why: z.string(), isFit: z.boolean() })).nullable(),
    }),
  ),
});

/** A run: of each rank where it was, and of the first bytes, microseconds and MB/s. */
const run = z.object({
  started: z.number(),
  nodes: z.number(),
  transports: texts.describe('what UCX says that it used'),
  ranks: z.array(
    z.object({
      rank: z.number(),
      size: z.number(),
      node: z.string(),
      version: z.string(),
      how: z.string(),
      mapped: texts,
      rows: z.array(z.tuple([z.number(), z.number(), z.number()])),
    }),
  ),
});

export const mpiTestDocument = z.object({ module: z.string(), way, container: run, host: run });

const tracedLibrary = z.object({
  path: z.string(),
  version: maybeText,
  buildId: maybeText,
  isLate: z.boolean().describe('loaded while the program ran, not linked'),
  isByPath: z.boolean(),
});

export const mpiTraceDocument = z.object({
  ranks: z.object({ all: z.number(), withMpi: z.number(), nodes: texts }),
  main: z.string(),
  libraries: z.array(tracedLibrary),
  files: texts,
  leftOut: z.array(z.object({ why: z.string(), files: texts })),
  kept: maybeText,
  exitCode: z.number().nullable(),
});
