import type { Issue } from '../../easyconfig/types.ts';

/** A Fuzzfile in its normal form: one form for each thing, defaults filled in. It survives JSON. */
export interface Workflow {
  readonly files: Readonly<Record<string, string>>;
  readonly volumes: readonly Volume[];
  /** Jobs and services, each after those that it waits for. */
  readonly tasks: readonly Task[];
}

export interface Volume {
  readonly name: string;
  readonly kind:
    | { readonly is: 'ephemeral' }
    /** Below the directory of persistent volumes. */
    | { readonly is: 'persistent'; readonly path: string }
    | { readonly is: 'host'; readonly path: string };
  readonly ingress: readonly Transfer[];
  readonly egress: readonly Transfer[];
}

export interface Transfer {
  /** `https://…`, `s3://…`, or of an ingress `file://NAME`: a file of the Fuzzfile. */
  readonly uri: string;
  /** Below the root of the volume. */
  readonly path: string;
  readonly secret: string | undefined;
}

export interface Task {
  readonly kind: 'job' | 'service';
  readonly name: string;
  readonly image: Image;
  readonly run: Run;
  readonly env: readonly Variable[];
  readonly cwd: string | undefined;
  readonly mounts: readonly { readonly volume: string; readonly path: string }[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly needs: readonly Need[];
  /** Time limit. */
  readonly seconds: number | undefined;
  /** How often it is tried, at least 1. */
  readonly tries: number;
  readonly isRequeued: boolean;
  readonly resource: Resource;
  readonly multinode: Multinode | undefined;
  readonly array: TaskArray | undefined;
  readonly service: Service | undefined;
  readonly slurm: TaskSlurm;
}

export type Image =
  | { readonly uri: string; readonly login: Login | undefined; readonly decryption: string | undefined }
  | { readonly module: string };

/** By whom a registry is asked: a secret of a user name and a password, or two values of which each may be one. */
export type Login = { readonly secret: string } | { readonly username: Value; readonly password: Value };

export type Value = { readonly text: string } | { readonly secret: string };

export type Run =
  | { readonly is: 'script'; readonly text: string; readonly args: readonly string[] }
  | { readonly is: 'command'; readonly argv: readonly string[] }
  /** What the image itself does. */
  | { readonly is: 'image'; readonly args: readonly string[] };

export interface Variable {
  readonly name: string;
  readonly value: Value;
}

export interface Need {
  readonly name: string;
  readonly status: 'finished' | 'running';
}

export interface Resource {
  readonly cores: number;
  readonly affinity: 'core' | 'socket' | 'numa';
  readonly sockets: number | undefined;
  readonly hasThreads: boolean | undefined;
  readonly bytes: number | undefined;
  readonly isByCore: boolean;
  readonly devices: Readonly<Record<string, number>>;
  readonly isExclusive: boolean;
  readonly gpuModel: string | undefined;
}

export interface Multinode {
  readonly nodes: number;
  readonly implementation: 'openmpi' | 'mpich' | 'generic';
  readonly perNode: number;
}

/** Both ends are in it. */
export interface TaskArray {
  readonly start: number;
  readonly end: number;
  /** 0: no limit. */
  readonly concurrency: number;
}

export interface Service {
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  readonly endpoints: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
  /** Whether it goes on when the last that waits for it has ended. */
  readonly isPersistent: boolean;
  readonly probe: Probe | undefined;
}

export interface Probe {
  readonly how:
    | { readonly is: 'exec'; readonly command: readonly string[] }
    | { readonly is: 'http'; readonly url: string; readonly headers: readonly string[] }
    | { readonly is: 'tcp'; readonly port: number };
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  readonly successes: number;
  readonly failures: number;
}

export interface TaskSlurm {
  readonly partition: string | undefined;
  readonly account: string | undefined;
  readonly options: readonly string[];
}

/** The outcome of reading a Fuzzfile: the workflow, with notes of what in it is not used, or all of its faults at once. */
export type ParsedFuzzfile =
  | { readonly workflow: Workflow; readonly notes: readonly Issue[]; readonly issues: readonly [] }
  | { readonly workflow: undefined; readonly notes: readonly Issue[]; readonly issues: readonly Issue[] };
