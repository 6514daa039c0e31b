import { quoteBash } from '../scripts/quote-bash.ts';
import { type Broadcast, broadcastLines } from './broadcast-lines.ts';
import { renderMasks, type TaskBinding } from './cpu-binding.ts';
import { renderOption } from './sbatch-lines.ts';

/** A job that runs one command in the container of a module. */
export interface JobScript {
  readonly module: string;
  readonly modulePath: string;
  readonly nodes: number;
  readonly tasksPerNode: number;
  readonly gpusPerNode: number;
  readonly time: string | undefined;
  readonly partition: string | undefined;
  readonly account: string | undefined;
  readonly array: string | undefined;
  /** Numbers of jobs that must have ended well. */
  readonly after: readonly string[];
  /** Further options without their dashes: `qos=debug`. */
  readonly options: readonly string[];
  /** Undefined where Slurm binds by itself. */
  readonly binding: { readonly type: string; readonly tasks: readonly TaskBinding[] } | undefined;
  /** In which each task finds its GPUs; undefined where the command does that by itself. */
  readonly gpuVariable: string | undefined;
  /** Undefined where each task reads the image from where it is. */
  readonly broadcast: Broadcast | undefined;
  /** What enters the container, as bash words: `singularity exec "$SIF"`; none for a wrapper. */
  readonly enter: string;
  readonly command: readonly string[];
}

/** The text of the job script: for a person to read, keep and change. */
export function renderJobScript(job: JobScript): string {
  const copying = job.broadcast === undefined ? [] : [...broadcastLines(job.broadcast), ''];
  const lines = ['#!/bin/bash', ...sbatchLines(job), '', ...moduleLines(job), '', ...copying, ...stepLines(job)];
  return `${lines.join('\n')}\n`;
}

function sbatchLines(job: JobScript): string[] {
  const flag = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`#SBATCH --${name}=${value}`];
  const [first] = job.binding?.tasks ?? [];
  const hasMasks = (first?.gpus ?? []).length > 0;
  return [
    ...flag('job-name', job.module.replaceAll(/[^\w.+-]+/g, '-')),
    ...flag('partition', job.partition),
    ...flag('account', job.account),
    ...flag('time', job.time),
    ...flag('nodes', job.nodes),
    ...flag('ntasks-per-node', job.tasksPerNode),
    // Masks name the cores of a node by themselves; else Slurm must know how many a task has.
    ...(hasMasks ? [] : flag('cpus-per-task', first?.cores.length)),
    ...flag('gpus-per-node', job.gpusPerNode === 0 ? undefined : job.gpusPerNode),
    ...(hasMasks ? ['#SBATCH --exclusive                  # the mask below is for whole nodes'] : []),
    ...flag('array', job.array),
    ...flag('dependency', job.after.length === 0 ? undefined : `afterok:${job.after.join(':')}`),
    ...job.options.map((option) => `#SBATCH ${renderOption(option)}`),
  ];
}

function moduleLines({ module, modulePath }: JobScript): string[] {
  return [
    '# The same modules, whatever was loaded where the job was sent from.',
    `type module >/dev/null 2>&1 || . "\${MODULESHOME:?is not set, and this job has no command module}/init/bash"`,
    'module purge',
    `module use ${plainWord(modulePath)}`,
    `module load ${plainWord(module)} || exit 1`,
  ];
}

function stepLines(job: JobScript): string[] {
  const { binding, gpuVariable, tasksPerNode, nodes, enter, command } = job;
  // A task that fails would leave the others waiting for it until the time is up.
  const srun = nodes * tasksPerNode === 1 ? 'srun' : 'srun --kill-on-bad-exit=1';
  const words = [...(enter === '' ? [] : [enter]), ...command.map(plainWord)].join(' ');
  const [first] = binding?.tasks ?? [];
  if (binding === undefined || first === undefined) return [`${srun} ${words}`];
  const { gpus } = first;
  if (gpus.length === 0)
    return [
      `# ${binding.type}: ${first.cores.length} cores for each task.`,
      `${srun} --cpus-per-task=${first.cores.length} --cpu-bind=cores ${words}`,
    ];
  // One task has all that the job has.
  const choose =
    gpuVariable === undefined || (tasksPerNode === 1 && gpus.length > 1)
      ? ''
      : `bash -c 'export ${gpuVariable}=${gpusOfTask(job, gpus)}; exec "$@"' ${gpus.length === 1 ? 'one-gpu' : 'own-gpus'} `;
  return [
    `# ${binding.type}: the cores of each task of a node are those nearest to its GPU${gpus.length === 1 ? '' : 's'}.`,
    `cpu_bind=mask_cpu:${renderMasks(binding.tasks)}`,
    `${srun} --cpu-bind="$cpu_bind" ${choose}${words}`,
  ];
}

/** The GPUs of each task, by its number on the node: what `bindTasks` has given it. */
function gpusOfTask({ gpusPerNode, tasksPerNode }: JobScript, gpus: readonly number[]): string {
  if (gpus.length === 1 && tasksPerNode === gpusPerNode) return '$SLURM_LOCALID';
  if (gpus.length === 1) return `$((SLURM_LOCALID / ${tasksPerNode / gpusPerNode}))`;
  const first = `SLURM_LOCALID * ${gpus.length}`;
  return gpus.map((_, index) => `$((${index === 0 ? first : `${first} + ${index}`}))`).join(',');
}

function plainWord(word: string): string {
  return /^[\w@%+:,./=-]+$/.test(word) ? word : quoteBash(word);
}
