import type { Task } from '../../formats/fuzzfile/types.ts';
import { isFile } from '../../host/files.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { HostFacts } from '../../mpi/types.ts';
import { variablesOf } from '../../mpi/variables.ts';
import { readRecord } from '../../records/record.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { lookForMpi, readMpiFacts } from '../mpi/fit-install.ts';
import { findInstalledImage } from '../mpi/fit-installed.ts';
import { imagePlace } from './images.ts';
import type { Engine } from './types.ts';

/** What the ranks of a job are started for. */
export interface RanksMpi {
  readonly implementation: 'openmpi' | 'mpich';
  /** What keeps ranks in user namespaces of their own from hanging. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Where {
  readonly engine: Engine;
  readonly settings: Settings;
  readonly runtime: string;
  /** What enters the containers of installed modules. */
  readonly entries: ReadonlyMap<string, HostPath>;
}

/**
 * The MPI of the jobs on several nodes, by their names: that of the image, which counts where the file says another, as the
 * wrong way to start ranks starts programs of one rank each without a word. What an image does not tell, the file says.
 */
export async function findRanksMpi(
  tasks: readonly Task[],
  where: Where,
  context: Context,
): Promise<ReadonlyMap<string, RanksMpi>> {
  const found = new Map<string, RanksMpi>();
  let facts: HostFacts | undefined;
  for (const task of tasks) {
    const said = task.multinode?.implementation;
    if (said === undefined || said === 'generic') continue;
    const image = where.engine === 'slurm' ? await findImage(task, where) : undefined;
    facts ??= image === undefined ? undefined : await readMpiFacts(where, context);
    const looked = image === undefined || facts === undefined ? undefined : await lookForMpi(image, facts, context);
    const [own] = looked?.image?.mpis ?? [];
    const has = own?.mpi.family === 'abi' ? undefined : own?.mpi.family;
    if (has !== undefined && has !== said)
      context.reporter.report({
        event: 'note',
        message: `\`${task.name}\` says ${said}, and its image has ${own?.mpi.product}: its ranks are started for that`,
      });
    const variables = facts === undefined ? {} : variablesOf('none', facts, looked?.image);
    found.set(task.name, { implementation: has ?? said, variables });
  }
  return found;
}

async function findImage({ image }: Task, { settings, entries }: Where): Promise<HostPath | undefined> {
  if ('uri' in image) {
    const place = imagePlace(image.uri, settings.prefix);
    return (await isFile(place)) ? place : undefined;
  }
  const entry = entries.get(image.module);
  if (entry === undefined) return undefined;
  const installDir = hostPath('../..', entry);
  const record = (await readRecord(installDir))?.record;
  return record && findInstalledImage({ installDir, centralImages: settings.imageDirs }, record);
}
