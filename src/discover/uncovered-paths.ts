import { realPath } from '../host/files.ts';
import { type Finding, foundThing, missingThing } from '../lib/finding.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import type { SiteBind } from '../settings/types.ts';

/** Variables in which sites name a user's large directories. */
const scratchVariables = ['SCRATCH', 'WORK', 'PROJECT', 'MYSCRATCH', 'MYSOFTWARE'] as const;

export interface CoverageSources {
  readonly cwd: HostPath;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly bindGroups: Readonly<Record<string, readonly SiteBind[]>>;
}

/** Whether the directories that a user works in are seen in a container that binds all groups of the settings. */
export async function checkCoverage({ cwd, environment, bindGroups }: CoverageSources): Promise<Finding[]> {
  const binds = Object.values(bindGroups).flat();
  const named = [
    { name: 'current directory', path: cwd },
    ...(['HOME', ...scratchVariables] as const).flatMap((name) => {
      const path = environment[name];
      return path?.startsWith('/') === true ? [{ name: `$${name}`, path: hostPath(path) }] : [];
    }),
  ];
  return Promise.all(named.map((directory) => checkDirectory(directory, binds)));
}

/** Both must be seen: the name that the user knows, and what it leads to where a part of it is a symbolic link. */
async function checkDirectory(
  { name, path }: { name: string; path: HostPath },
  binds: readonly SiteBind[],
): Promise<Finding> {
  const what = `binds: ${name}`;
  const real = await realPath(path).catch(() => path);
  const uncovered = [...new Set([path, real])].filter((place) => !isCovered(place, binds));
  if (uncovered.length === 0) return foundThing(what, `\`${path}\` is covered`, ['the bind groups of the settings']);
  return missingThing(what, ['the bind groups of the settings'], {
    value: `no group holds ${uncovered.map((place) => `\`${place}\``).join(', or ')}${real === path ? '' : `, to which \`${path}\` leads`}`,
    hint: 'in a container it may be missing or read-only: add it to `bind_groups`, or bind it with `SINGULARITY_BIND`',
  });
}

/** Whether a path is seen under its own name. */
export function isCovered(path: string, binds: readonly Pick<SiteBind, 'host' | 'container'>[]): boolean {
  return binds.some(
    ({ host, container }) => host === container && (path === host || path.startsWith(host === '/' ? '/' : `${host}/`)),
  );
}
