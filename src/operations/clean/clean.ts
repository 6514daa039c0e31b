import { listDirectory, removeFile, removeTree } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { broughtImagesOf, hostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { cleanPrefix, type Leftover } from '../../transaction/clean.ts';
import { takeLock } from '../../transaction/lock.ts';
import { condaCacheOf, emptyCondaCache } from '../build/conda-cache.ts';
import { findRemains, temporaryPlaces } from '../build/remains.ts';
import { type Context, readSettingsOf } from '../context.ts';

export interface CleanOptions {
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  /** Whether it is only found out what there is. */
  readonly dryRun?: boolean;
}

/** Clears what runs that were stopped left under the prefix. */
export async function clean(
  { settings, dryRun = false }: CleanOptions,
  context: Context,
): Promise<{ readonly prefix: Prefix; readonly leftovers: readonly Leftover[] }> {
  const { prefix, oldDefaultPrefix } = await readSettingsOf(context, settings);
  const { environment, signal } = context;
  const onInstall = (install: string): void =>
    context.reporter.report({ event: 'working', what: `clean up ${formatLine(install.replace('@', '/'))}` });
  const options = { isDryRun: dryRun, signal, onInstall };
  const leftovers = await cleanPrefix(prefix, environment, options);
  if (oldDefaultPrefix !== undefined) leftovers.push(...(await cleanPrefix(oldDefaultPrefix, environment, options)));
  leftovers.push(...(await cleanBrought(prefix, dryRun, context)), ...(await cleanBuilds(prefix, dryRun, context)));
  return { prefix, leftovers };
}

/** What killed builds left in the current directory and among temporary files, and the conda packages that were kept. */
async function cleanBuilds(prefix: Prefix, isDryRun: boolean, context: Context): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const directory of new Set([context.cwd, ...temporaryPlaces(context)]))
    for (const { path, state } of await findRemains(directory)) {
      if (state === 'dead' && !isDryRun) await removeTree(path);
      const heldBy = state === 'dead' ? undefined : 'it may be of a build on another machine';
      leftovers.push({ install: 'builds', paths: [path], heldBy });
    }
  const cache = condaCacheOf(prefix);
  const emptied = await emptyCondaCache(cache, isDryRun);
  if (emptied !== undefined) leftovers.push({ install: 'conda packages', paths: [cache], ...emptied });
  return leftovers;
}

/** Images that were brought for drafts that nobody installed. */
async function cleanBrought(prefix: Prefix, isDryRun: boolean, { environment }: Context): Promise<Leftover[]> {
  const directory = broughtImagesOf(prefix);
  const names = (await listDirectory(directory)).map(({ name }) => name).filter((name) => name.endsWith('.sif'));
  const leftovers: Leftover[] = [];
  for (const name of names) {
    const path = joinHost(directory, name);
    const heldBy = await takeLock(hostPath(`${path}.lock`), {
      environment,
      waits: false,
      onWait: () => undefined,
    }).then(
      async (unlock) => {
        if (!isDryRun) await removeFile(path);
        await unlock();
        return undefined;
      },
      (error: unknown) => {
        if (error instanceof CtinstallError && error.code === 'locked') return error.message;
        throw error;
      },
    );
    leftovers.push({ install: 'drafts', paths: [path], heldBy });
  }
  return leftovers;
}
