import type { Machine } from '../discover/machine.ts';
import { type NodeCores, readNodeCores } from '../discover/node-cores.ts';
import { lookUpProgram } from '../host/look-up.ts';
import { run } from '../host/run.ts';
import { CtinstallError } from '../lib/errors.ts';
import { deal, type NodeType, parseCores } from './cpu-binding.ts';

/** The name of the type of nodes that nobody has described. */
export const genericType = 'generic';

/**
 * A type of nodes as they are: cores as Slurm says for the partition, or as this node has where there is no Slurm; none is
 * reserved. GPUs, and which cores are near them, are those of this node where it has as many cores.
 * @throws CtinstallError `usage` where a job is to have GPUs, and this is no such node
 */
export async function findGenericNode(
  { partition, gpus }: { readonly partition: string | undefined; readonly gpus: number },
  machine: Machine,
): Promise<NodeType> {
  const here = await readNodeCores(machine);
  const cores = (await coresOfPartition(partition, machine)) ?? here.cores.length;
  if (gpus > 0 && (here.gpus.length === 0 || cores !== here.cores.length))
    throw new CtinstallError('usage', 'which cores are near the GPUs of these nodes is not known here', {
      hint: 'run this on one of them, or describe them in the setting `node_types`, or leave it to Slurm with `--no-bind`',
    });
  return { cores, ...describeGpus(here) };
}

/** GPUs that are near the same cores share them evenly. */
export function describeGpus({ cores, gpus }: NodeCores): Pick<NodeType, 'gpus' | 'gpu_variable'> {
  const [first] = gpus;
  if (first === undefined) return {};
  const lists = gpus.map(({ near }, number) => {
    const sharing = gpus.flatMap((other, at) => (other.near === near ? [at] : []));
    const all = parseCores(near).filter((core) => cores.includes(core));
    return deal(all, sharing.length)[sharing.indexOf(number)]?.join(',') ?? '';
  });
  return { gpus: lists, gpu_variable: first.maker === 'AMD' ? 'ROCR_VISIBLE_DEVICES' : 'CUDA_VISIBLE_DEVICES' };
}

/** The fewest of a node, so that it holds for all of them; undefined where Slurm does not say. */
async function coresOfPartition(partition: string | undefined, { environment }: Machine): Promise<number | undefined> {
  const sinfo = await lookUpProgram('sinfo', environment.PATH);
  if (sinfo === undefined) return undefined;
  const asked = partition === undefined ? [] : [`--partition=${partition}`];
  const { stdout } = await run([sinfo, '--noheader', '--format=%P %X %Y', ...asked], { env: environment });
  const nodes = [...stdout.matchAll(/^(\S+) (\d+)\+? (\d+)\+?$/gm)].map(([, name = '', sockets, each]) => ({
    isDefault: name.endsWith('*'),
    cores: Number(sockets) * Number(each),
  }));
  const meant = partition === undefined ? nodes.filter(({ isDefault }) => isDefault) : nodes;
  return meant.length === 0 ? undefined : Math.min(...meant.map(({ cores }) => cores));
}
