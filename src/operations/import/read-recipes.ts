import { lstatIfThere, statIfThere } from '../../host/files.ts';
import { listDirectories } from '../../host/many-files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** How many directories deep recipes are looked for. */
const deepest = 8;

/**
 * The recipes that are named: files, and all of this kind in directories.
 * @throws CtinstallError `easyconfig-not-found` for what is not there
 */
export async function findRecipes(
  named: readonly string[],
  isRecipe: (name: string) => boolean,
  { cwd, signal }: Context,
): Promise<HostPath[]> {
  const found: HostPath[] = [];
  for (const name of named) {
    const path = hostPath(name, cwd);
    const stats = await statIfThere(path);
    if (stats === undefined && (await lstatIfThere(path)) === undefined)
      throw new CtinstallError('easyconfig-not-found', `no recipe \`${formatLine(name)}\``, {
        hint: 'name a file, or a directory that holds recipes',
      });
    if (stats?.isDirectory() !== true) found.push(path);
    else {
      const inside = await findBelow(path, isRecipe, signal);
      if (inside.length === 0)
        throw new CtinstallError('easyconfig-not-found', `\`${formatLine(name)}\` holds no such recipe`);
      found.push(...inside);
    }
  }
  return found;
}

async function findBelow(
  directory: HostPath,
  isRecipe: (name: string) => boolean,
  signal: AbortSignal,
): Promise<HostPath[]> {
  const found: HostPath[] = [];
  let level = [directory];
  for (let depth = 0; level.length > 0 && depth <= deepest; depth += 1) {
    const listings = await listDirectories(level, signal);
    const below: HostPath[] = [];
    for (const [at, entries] of listings.entries()) {
      if (entries instanceof CtinstallError) throw entries;
      for (const entry of entries) {
        if (entry.name.startsWith('.')) continue;
        const path = joinHost(level[at] ?? directory, entry.name);
        if (entry.isDirectory()) below.push(path);
        else if (isRecipe(entry.name)) found.push(path);
      }
    }
    level = below;
  }
  return found.sort();
}
