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
  /** What the runtime shows of its own accord: mount points. */
  readonly shown: readonly string[];
}

/** Whether the directories that a user works in are seen in a container: through the bind groups, or the runtime itself. */
export async function checkCoverage(sources: CoverageSources): Promise<Finding[]> {
  const { cwd, environment } = sources;
  const named = [
    { name: 'current directory', path: cwd },
    ...(['HOME', ...scratchVariables] as const).flatMap((name) => {
      const path = environment[name];
      return path?.startsWith('/') === true ? [{ name: `$${name}`, path: hostPath(path) }] : [];
    }),
  ];
  return Promise.all(named.map((directory) => checkDirectory(directory, sources)));
}

/** Both must be seen: the name that the user knows, and what it leads to where a part of it is a symbolic link. */
async function checkDirectory(
  { name, path }: { name: string; path: HostPath },
  { bindGroups, shown }: CoverageSources,
): Promise<Finding> {
  const what = `binds: ${name}`;
  const groups = Object.values(bindGroups).flat();
  // The root of the container is the image's.
  const own = shown.filter((point) => point !== '/').map((point) => ({ host: point, container: point }));
  const tried = ['the bind groups of the settings', ...(own.length === 0 ? [] : ['what the runtime shows by itself'])];
  const real = await realPath(path).catch(() => path);
  const places = [...new Set([path, real])];
  const uncovered = places.filter((place) => !isCovered(place, [...groups, ...own]));
  if (uncovered.length === 0) {
    const isInGroups = places.every((place) => isCovered(place, groups));
    return foundThing(what, path, [isInGroups ? 'a bind group of the settings' : 'shown by the runtime itself']);
  }
  const leads = real === path ? '' : `, to which \`${path}\` leads`;
  return missingThing(what, tried, {
    value: `${uncovered.map((place) => `\`${place}\``).join(' and ')}${leads}: not seen in a container`,
    hint: 'there it is missing, or read-only: add it to `bind_groups` in the settings',
  });
}

/** Whether a path is seen under its own name. */
export function isCovered(path: string, binds: readonly Pick<SiteBind, 'host' | 'container'>[]): boolean {
  return binds.some(
    ({ host, container }) => host === container && (path === host || path.startsWith(host === '/' ? '/' : `${host}/`)),
  );
}
