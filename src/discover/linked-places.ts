import { listDirectory, readTextIfThere, realPath } from '../host/files.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';

/** Links at the top of one bound directory that are looked at: a site has as many as it has projects. */
const mostLinks = 20_000;

/** Where a place that is bound leads: symbolic links in it are of no use inside a container without what they point to. */
export interface LinkedPlace {
  /** The bound path on the host. */
  readonly from: HostPath;
  /** What must be bound too: the mount points, or the directories, that its links lead to. */
  readonly to: readonly HostPath[];
}

/**
 * Finds where links lead that a bound path is, or that lie at its top (`/scratch/project_1` → `/pfs/…/project_1`). Many
 * targets on one file system are one place: its mount point; on the root file system, their directory. A path that
 * cannot be read leads nowhere.
 */
export async function discoverLinkedPlaces(paths: readonly HostPath[]): Promise<LinkedPlace[]> {
  const mounts = await readMountPoints();
  const found = await Promise.all(
    paths.map(async (from) => {
      const targets = (await findTargets(from)).filter((target) => !ofSystem.test(target) && !isWithin(target, from));
      const places = targets.map((target) => mounts.find((point) => point !== '/' && isWithin(target, point)));
      const others = targets.filter((_, at) => places[at] === undefined);
      return {
        from,
        to: [...new Set([...places.filter((place) => place !== undefined), ...joinSiblings(others)])].sort(),
      };
    }),
  );
  return found.filter(({ to }) => to.length > 0);
}

/** The real paths of the links in question. */
async function findTargets(path: HostPath): Promise<HostPath[]> {
  const real = await resolve(path);
  if (real === undefined) return [];
  const entries = await listDirectory(path).catch(() => []);
  const links = entries.filter((entry) => entry.isSymbolicLink()).slice(0, mostLinks);
  const targets = await Promise.all(links.map(({ name }) => resolve(`${path}/${name}`)));
  const isElsewhere = (target: HostPath | undefined): target is HostPath =>
    target !== undefined && !isWithin(target, real);
  return [...(real === path ? [] : [real]), ...targets.filter(isElsewhere)];
}

async function resolve(path: string): Promise<HostPath | undefined> {
  return realPath(path).then(
    (real) => hostPath(real),
    () => undefined,
  );
}

/** Places that belong to the image itself, and must not be hidden by the host's. */
const ofSystem = /^\/(bin|boot|dev|etc|lib|lib32|lib64|proc|root|run|sbin|sys|usr|var)(\/|$)/;

/** Several in one directory are that directory; one is itself. */
function joinSiblings(targets: readonly HostPath[]): HostPath[] {
  const unique = [...new Set(targets)];
  return unique.map((target) => {
    const parent = hostPath('..', target);
    const hasSiblings = unique.some((other) => other !== target && hostPath('..', other) === parent);
    return hasSiblings && parent !== '/' ? parent : target;
  });
}

/** Of this machine, the longest first (`proc_pid_mountinfo(5)`, fifth field; blanks and such are written in octal). */
async function readMountPoints(): Promise<HostPath[]> {
  const text = (await readTextIfThere('/proc/self/mountinfo')) ?? '';
  const points = text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined
      ? []
      : [hostPath(point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))];
  });
  return [...new Set(points)].sort((a, b) => b.length - a.length);
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
