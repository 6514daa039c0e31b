import { CtinstallError } from '../lib/errors.ts';

/** Nodes of one kind, as the settings of a site describe them. Lists of cores are such as `0,8-15`. */
export interface NodeType {
  readonly cores: number;
  readonly partitions?: readonly string[] | undefined;
  /** Cores that jobs do not get. */
  readonly reserved?: string | undefined;
  /** For each GPU the cores that are nearest to it. */
  readonly gpus?: readonly string[] | undefined;
  /** Says to a program which GPUs it has. */
  readonly gpu_variable?: string | undefined;
  /** Whether what a node has of its own, such as `/tmp`, is kept in its memory. */
  readonly local_is_memory?: boolean | undefined;
}

/** What a task of a node gets. */
export interface TaskBinding {
  readonly cores: readonly number[];
  /** Numbers of those of the node; none where the job has no GPUs. */
  readonly gpus: readonly number[];
}

/**
 * Cores and GPUs of each task of a node, in the order of their numbers: neighbouring tasks share a GPU if there are more tasks
 * than GPUs, and its cores are dealt out among them; where there are fewer, each has neighbouring GPUs with all cores of these.
 * @throws CtinstallError `usage` where the node cannot be parted so
 */
export function bindTasks(type: NodeType, { gpus, tasks }: { gpus: number; tasks: number }): TaskBinding[] {
  const reserved = new Set(parseCores(type.reserved ?? ''));
  const free = (cores: readonly number[]): number[] => cores.filter((core) => !reserved.has(core));
  if (gpus === 0) {
    const all = free(Array.from({ length: type.cores }, (_, core) => core));
    return deal(all, tasks).map((cores) => ({ cores, gpus: [] }));
  }
  const here = type.gpus ?? [];
  if (gpus > here.length)
    throw new CtinstallError(
      'usage',
      `\`--gpus-per-node ${gpus}\`: these nodes have ${here.length === 0 ? 'none' : here.length}`,
      {
        hint: 'see the setting `node_types`, or leave the binding to Slurm with `--no-bind`',
      },
    );
  const own = here.slice(0, gpus).map((cores) => free(parseCores(cores)));
  if (gpus % tasks === 0) {
    const each = gpus / tasks;
    return Array.from({ length: tasks }, (_, task) => {
      const numbers = Array.from({ length: each }, (_, index) => task * each + index);
      const cores = numbers.flatMap((gpu) => own[gpu] ?? []).toSorted((a, b) => a - b);
      return { cores, gpus: numbers };
    });
  }
  if (tasks % gpus !== 0)
    throw new CtinstallError('usage', `${tasks} task${tasks === 1 ? '' : 's'} cannot share ${gpus} GPUs evenly`, {
      hint: 'let one of --ntasks-per-node and --gpus-per-node be a multiple of the other, or leave the binding to Slurm with `--no-bind`',
    });
  return own.flatMap((cores, gpu) => deal(cores, tasks / gpus).map((part) => ({ cores: part, gpus: [gpu] })));
}

/** As `srun --cpu-bind=mask_cpu:` takes it: a hexadecimal mask for each task. */
export function renderMasks(tasks: readonly TaskBinding[]): string {
  return tasks
    .map(({ cores }) => `0x${cores.reduce((mask, core) => mask | (1n << BigInt(core)), 0n).toString(16)}`)
    .join(',');
}

/** `0,8-15` → its numbers. */
export function parseCores(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (from === undefined) return [];
    return Array.from({ length: Math.max(0, Number(to) - Number(from) + 1) }, (_, index) => Number(from) + index);
  });
}

/** Parts of the same size, in order. @throws CtinstallError `usage` where there are fewer cores than parts */
export function deal(cores: readonly number[], parts: number): number[][] {
  const each = Math.floor(cores.length / parts);
  if (each === 0)
    throw new CtinstallError('usage', `there are ${cores.length} cores for ${parts} tasks`, {
      hint: 'ask for fewer with --ntasks-per-node, or leave the binding to Slurm with `--no-bind`',
    });
  return Array.from({ length: parts }, (_, part) => cores.slice(part * each, (part + 1) * each));
}
