import type { Task } from '../../formats/fuzzfile/types.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { prefixesOf } from '../installed/all-prefixes.ts';
import { findInstalled, requireImage } from '../installed/find-installed.ts';

/**
 * What enters the container of each module that jobs name, with all that its install is: binds, GPUs, packages.
 * @throws CtinstallError `not-installed` with the job that names it
 */
export async function findEntries(
  tasks: readonly Task[],
  settings: Settings,
  context: Context,
): Promise<ReadonlyMap<string, HostPath>> {
  const entries = new Map<string, HostPath>();
  for (const { image, name } of tasks) {
    if (!('module' in image) || entries.has(image.module)) continue;
    const found = findModule(image.module, settings, context).then(requireImage);
    const { installDir } = await found.catch((error: unknown) => {
      if (!(error instanceof CtinstallError)) throw error;
      throw new CtinstallError(error.code, `${error.message} (of \`${name}\`)`, {
        hint: error.hint,
        details: error.details,
      });
    });
    entries.set(image.module, joinHost(installDir, 'bin', 'in-container'));
  }
  return entries;
}

/** By the module's name, or that of the easyconfig that it was made from: `name-version.yaml`. */
async function findModule(module: string, settings: Settings, context: Context): ReturnType<typeof findInstalled> {
  const prefixes = prefixesOf(settings);
  const stem = /^(.*)\.ya?ml$/.exec(module)?.[1];
  if (stem === undefined) return findInstalled(module, prefixes, context);
  // A name may hold dashes itself.
  for (const { index } of stem.matchAll(/-/g)) {
    const found = await findInstalled(`${stem.slice(0, index)}/${stem.slice(index + 1)}`, prefixes, context).catch(
      () => undefined,
    );
    if (found !== undefined) return found;
  }
  throw new CtinstallError('not-installed', `nothing is installed from \`${module}\``, {
    hint: `install it: ctinstall ${module}`,
  });
}
