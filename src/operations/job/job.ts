import { variableNameOf } from '../../easyconfig/rules.ts';
import { describeMisfits } from '../../gpu/fit.ts';
import { readTextIfThere, statIfThere, writeFileWhole } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { asPrefix, hostPath, joinHost, modulePathOf } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { slurm as slurmSchema } from '../../settings/value-schemas.ts';
import { bindTasks, type NodeType, type TaskBinding } from '../../slurm/cpu-binding.ts';
import { findGenericNode, genericType } from '../../slurm/generic-node.ts';
import { type JobScript, renderJobScript } from '../../slurm/job-script.ts';
import { withMoreMemory } from '../../slurm/memory.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { readKeptGpu } from '../gpu/fit-gpu.ts';
import { prefixesOf } from '../installed/all-prefixes.ts';
import { findInstalled, type Installed, requireImage } from '../installed/find-installed.ts';

export interface JobFlags {
  readonly nodes: string;
  readonly gpusPerNode: string;
  readonly ntasksPerNode?: string;
  readonly time?: string;
  readonly partition?: string;
  readonly account?: string;
  readonly array?: string;
  readonly after?: readonly string[];
  readonly slurmOption?: readonly string[];
  readonly nodeType?: string;
  /** The directory; true where none is named. */
  readonly broadcast?: string | true;
  /** False is `--no-bind`. */
  readonly bind: boolean;
}

export interface Job {
  readonly script: string;
  readonly binding: { readonly type: string; readonly tasks: readonly TaskBinding[] } | undefined;
}

/**
 * The job script of a command in the container of a module.
 * @throws CtinstallError `usage` for what no job can be
 */
export async function makeJob({ module, command, flags, settings: given }: JobRequest, context: Context): Promise<Job> {
  const settings = await readSettingsOf(context, given);
  const asked = readFlags(flags, settings);
  const installed = requireImage(await findInstalled(module, prefixesOf(settings), context));
  const { tasksPerNode: tasks, gpusPerNode: gpus, partition } = asked;
  const type =
    nodeTypeOf(flags, partition, settings) ??
    (flags.nodeType === genericType && flags.bind
      ? { name: genericType, type: await findGenericNode({ partition, gpus }, { ...context, root: hostPath('/') }) }
      : undefined);
  if (gpus > 0 && type !== undefined) await noteOtherGpus(installed, type, context);
  const binding = type === undefined ? undefined : { type: type.name, tasks: bindTasks(type.type, { gpus, tasks }) };
  const broadcast = await broadcastOf(flags, installed, type?.type.local_is_memory === true);
  const script = renderJobScript({
    ...asked,
    options: withMoreMemory(asked.options, broadcast?.memory ?? 0),
    ...(await startOf(command, installed)),
    module: installed.record.moduleName,
    modulePath: modulePathOf(asPrefix(hostPath(installed.record.prefix))),
    binding,
    broadcast,
    gpuVariable: /^(conda-)?python-distributed$/.test(command[0] ?? '') ? undefined : type?.type.gpu_variable,
  });
  return { script, binding };
}

export interface JobRequest {
  readonly module: string;
  readonly command: readonly string[];
  readonly flags: JobFlags;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
}

/** @throws CtinstallError `usage` where there is nothing to run */
export function requireCommand(request: JobRequest): JobRequest {
  // It may have taken the module for its directory, and the module the command.
  checkBroadcast(request.flags);
  if (request.command.length > 0) return request;
  throw new CtinstallError('usage', 'the job has no command', {
    hint: 'give it after `--`: `ctinstall job PyTorch -- python train.py`',
  });
}

type Asked = Pick<
  JobScript,
  'nodes' | 'tasksPerNode' | 'gpusPerNode' | 'time' | 'partition' | 'account' | 'array' | 'after' | 'options'
>;

function readFlags(flags: JobFlags, { slurm }: Settings): Asked {
  const { partition, account, time, array, after = [], slurmOption = [] } = flags;
  // What is plainly right is not worth the time that it takes to make the schema.
  const isPlain =
    slurmOption.length === 0 &&
    [partition, account].every((word) => word === undefined || /^\w+$/.test(word)) &&
    (time === undefined || /^\d+(?::\d+){0,2}$/.test(time));
  const given = isPlain ? undefined : slurmSchema.safeParse({ partition, account, time, options: [...slurmOption] });
  if (given?.success === false) {
    const [issue] = given.error.issues;
    const [key = ''] = issue?.path ?? [];
    throw new CtinstallError('usage', `\`--${key === 'options' ? 'slurm-option' : String(key)}\` ${issue?.message}`);
  }
  if (array !== undefined && !/^\d+(-\d+(:\d+)?)?(,\d+(-\d+(:\d+)?)?)*(%[1-9]\d*)?$/.test(array))
    throw new CtinstallError('usage', '`--array` takes numbers, such as `0-9` or `1,3,5%2`');
  for (const id of after)
    if (!/^\d+(_\d+)?$/.test(id)) throw new CtinstallError('usage', '`--after` takes the number of a job');
  checkBroadcast(flags);
  const gpusPerNode = numberOf('--gpus-per-node', flags.gpusPerNode, 0);
  return {
    nodes: numberOf('--nodes', flags.nodes, 1),
    gpusPerNode,
    tasksPerNode: numberOf('--ntasks-per-node', flags.ntasksPerNode ?? String(Math.max(1, gpusPerNode)), 1),
    time: time ?? slurm.time,
    partition: partition ?? slurm.partition,
    account: account ?? slurm.account,
    array,
    after,
    options: [...slurm.options, ...slurmOption],
  };
}

function checkBroadcast({ broadcast }: JobFlags): void {
  if (typeof broadcast !== 'string' || /^(\/[\w.+-]+)+$/.test(broadcast)) return;
  throw new CtinstallError('usage', '`--broadcast` takes the path of a directory that each node has of its own', {
    hint: `such as \`--broadcast /tmp\`; \`${formatValue(broadcast)}\` is none: with no path the flag stands behind the module`,
  });
}

function numberOf(flag: string, text: string, least: number): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < least)
    throw new CtinstallError('usage', `\`${flag}\` takes a whole number, at least ${least}`);
  return Number(text);
}

/** The kind of nodes that is named, or that the partition has; none where the binding is left to Slurm. */
function nodeTypeOf({ nodeType, bind }: JobFlags, partition: string | undefined, { nodeTypes }: Settings) {
  if (!bind) return undefined;
  const entries = Object.entries(nodeTypes).map(([name, type]) => ({ name, type }));
  if (nodeType === undefined)
    return entries.find(({ type }) => partition !== undefined && type.partitions?.includes(partition) === true);
  const named = entries.find(({ name }) => name === nodeType);
  if (named !== undefined || nodeType === genericType) return named;
  throw new CtinstallError('usage', `there is no node type \`${nodeType}\``, {
    hint:
      entries.length === 0
        ? 'the setting `node_types` describes them; `generic` is what Slurm and this machine say'
        : `there are ${[...entries.map(({ name }) => name), genericType].map((name) => `\`${name}\``).join(', ')}`,
  });
}

/** By the variable that gives a task its GPU it is known of which maker those of a type of nodes are. */
async function noteOtherGpus(
  { installDir, record }: Installed,
  { name, type }: { readonly name: string; readonly type: NodeType },
  { reporter }: Context,
): Promise<void> {
  const image = await readKeptGpu(installDir);
  const unknown = { driver: undefined };
  const isAmd = /^(ROCR|HIP)_/.test(type.gpu_variable ?? '');
  const isNvidia = type.gpu_variable === 'CUDA_VISIBLE_DEVICES';
  if (image === undefined || (!isAmd && !isNvidia)) return;
  for (const misfit of describeMisfits(image, isAmd ? { amd: unknown } : { nvidia: unknown }))
    reporter.report({ event: 'note', message: `${record.moduleName} on nodes of the type \`${name}\`: ${misfit}` });
}

/** @throws CtinstallError `usage` for a tool, whose wrappers look for the image themselves */
async function broadcastOf(
  { broadcast }: JobFlags,
  { installDir, record }: Installed,
  isMemory: boolean,
): Promise<JobScript['broadcast']> {
  if (broadcast === undefined) return undefined;
  if (record.moduleKind === 'tool')
    throw new CtinstallError(
      'usage',
      `\`--broadcast\`: ${record.moduleName} is a tool, whose wrappers use the image of the install`,
    );
  if (record.image === undefined)
    throw new CtinstallError('usage', `\`--broadcast\`: ${record.moduleName} has no image of its own`);
  const directory = broadcast === true ? '/tmp' : broadcast;
  const packed = await statIfThere(joinHost(installDir, 'user-software.squashfs'));
  return {
    directory,
    variables: ['SIF', `SIF${variableNameOf(record.name)}`],
    memory: isMemory ? record.image.size + (packed?.size ?? 0) : undefined,
  };
}

/** A wrapper enters the container by itself; the command of a module without an image names one itself. */
async function startOf(command: readonly string[], { installDir, record }: Installed) {
  const [program = ''] = command;
  const isWrapper =
    /^[\w.+-]+$/.test(program) && (await statIfThere(joinHost(installDir, 'bin', program))) !== undefined;
  const enters = isWrapper || record.image === undefined;
  return { enter: enters ? '' : `${record.runtime.name} exec "$SIF"`, command };
}

/** Writes a script that can be given to Slurm. Given again, the command finds what it wrote. */
export async function writeJob(path: string, script: string, { cwd }: Context): Promise<string> {
  const file = hostPath(path, cwd);
  if ((await statIfThere(file)) !== undefined) {
    if ((await readTextIfThere(file).catch(() => undefined)) === script) return file;
    throw new CtinstallError('usage', `\`${file}\` is there already, and says something else`, {
      hint: 'name another file with `--output`, or remove that one',
    });
  }
  await writeFileWhole(file, script, 0o755);
  return file;
}
