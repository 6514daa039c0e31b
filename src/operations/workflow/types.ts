import type { Multinode, TaskArray, TaskSlurm } from '../../formats/fuzzfile/types.ts';
import type { HostPath } from '../../lib/paths.ts';

export type JobKind = 'job' | 'service' | 'ingress' | 'egress' | 'stop' | 'clean';

/** What another job must have done before one starts: ended well, ended in any way, or begun (a service). */
export interface PlannedNeed {
  readonly name: string;
  readonly on: 'ok' | 'any' | 'begin';
}

/** A job as it is started, by whichever engine. It survives JSON. */
export interface PlannedJob {
  /** Those that the workflow adds itself have a `+` in it, which no job of a Fuzzfile has. */
  readonly name: string;
  readonly kind: JobKind;
  readonly needs: readonly PlannedNeed[];
  readonly cores: number;
  /** Of each node. */
  readonly bytes: number | undefined;
  readonly isByCore: boolean;
  /** Time limit of one try. */
  readonly seconds: number | undefined;
  readonly tries: number;
  readonly array: TaskArray | undefined;
  readonly multinode: Multinode | undefined;
  readonly gpus: number;
  readonly gpuModel: string | undefined;
  readonly affinity: 'core' | 'socket' | 'numa';
  readonly sockets: number | undefined;
  readonly hasThreads: boolean | undefined;
  readonly isExclusive: boolean;
  readonly isRequeued: boolean;
  readonly slurm: TaskSlurm;
  /** Where a service is reached, for those who start it. */
  readonly endpoints: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

export type Engine = 'slurm' | 'local';

/** The record of a run: `run.json`. */
export interface Run {
  readonly id: string;
  /** Name of the Fuzzfile. */
  readonly file: string;
  readonly engine: Engine;
  /** ISO 8601. */
  readonly made: string;
  readonly ctinstall: string;
  readonly jobs: readonly PlannedJob[];
}

export interface RunDirectory {
  readonly directory: HostPath;
  readonly run: Run;
}

/** What the script of a job has written of itself. Times are seconds since 1970. */
export interface JobStatus {
  readonly state: 'running' | 'finished' | 'failed' | 'cancelled';
  readonly exit: number | null;
  readonly why: string;
  readonly try: number;
  readonly tries: number;
  readonly started: number;
  readonly changed: number;
  readonly host: string;
  readonly pid: number;
  readonly slurm: string;
}

/**
 * `never`: it cannot run, as something that it waits for did not end well. `lost`: gone without a word. `unknown`: Slurm does
 * not answer.
 */
export type State = 'pending' | 'running' | 'finished' | 'failed' | 'cancelled' | 'never' | 'lost' | 'unknown';

/** How a job, or a task of an array, stands. */
export interface Standing {
  readonly name: string;
  readonly kind: JobKind;
  readonly state: State;
  /** Of an array with several tasks: how many are in which state. */
  readonly tasks: Readonly<Partial<Record<State, number>>> | undefined;
  /** The job, or that of its tasks which matters most. */
  readonly unit: string;
  readonly status: JobStatus | undefined;
  readonly slurmIds: readonly string[];
  readonly why: string | undefined;
}
