import { basename } from 'node:path';
import { listDirectory, lstatIfThere, removeTree } from '../../host/files.ts';
import { judgeProcessName, processName } from '../../host/process-name.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { runtimeVariable } from '../../runtime/runtime-environment.ts';
import type { Context } from '../context.ts';

/*
 * What a build is at work on is called after its process, so that whoever finds it later can tell whether that process is
 * still there. A killed build can remove nothing itself.
 */

/** Where an image is written before it gets its name: beside its place. */
export async function partOf(to: HostPath): Promise<HostPath> {
  return joinHost(hostPath('..', to), `.${basename(to)}.${await processName()}.part~`);
}

/** Of the second image, with which the first is compared. */
export function againOf(part: HostPath): HostPath {
  return hostPath(`${part.slice(0, -'.part~'.length)}.again.part~`);
}

/** A directory for a base that is brought for the build. */
export async function baseOf(to: HostPath): Promise<HostPath> {
  return hostPath(`${(await partOf(to)).slice(0, -'.part~'.length)}.base.part~`);
}

/** What the names of temporary directories begin with. */
export async function temporaryName(): Promise<string> {
  return `ctinstall-build-${await processName()}-`;
}

const name = '\\d+-\\d+-\\d*-[0-9a-f]{8}-[0-9a-f]{8}';
const partPattern = new RegExp(`^\\.(.+)\\.(${name})\\.(?:(?:again|base)\\.)?part~$`);
const temporaryPattern = new RegExp(`^ctinstall-build-(${name})-\\w{6}$`);

export interface Remains {
  readonly path: HostPath;
  /** `unknown` where it may be of a process on another machine. */
  readonly state: 'dead' | 'unknown';
  /** The image that it was to become. */
  readonly image: string | undefined;
}

/** What builds left in a directory when they were killed. */
export async function findRemains(directory: HostPath): Promise<Remains[]> {
  const found: Remains[] = [];
  for (const entry of await listDirectory(directory).catch(() => [])) {
    const [, image, ofPart] = partPattern.exec(entry.name) ?? [];
    const of = ofPart ?? temporaryPattern.exec(entry.name)?.[1];
    if (of === undefined) continue;
    const path = joinHost(directory, entry.name);
    const state = await judgeProcessName(of);
    if (state !== 'alive' && (await isOwn(path))) found.push({ path, state, image });
  }
  return found;
}

/** Whether it belongs to this user: in `/tmp` anyone can call something so. */
async function isOwn(path: HostPath): Promise<boolean> {
  const stats = await lstatIfThere(path);
  return stats !== undefined && stats.uid === process.getuid?.() && !stats.isSymbolicLink();
}

/** The directories for temporary files of builds. */
export function temporaryPlaces({ environment, cwd }: Pick<Context, 'environment' | 'cwd'>): HostPath[] {
  const places = [environment.TMPDIR || '/tmp', runtimeVariable(environment, 'TMPDIR') ?? '/tmp'];
  return [...new Set(places)].map((place) => hostPath(place, cwd));
}

/**
 * Removes what killed builds left beside an image that is to be built now, and in the directories for temporary files. What may
 * be of a process on another machine is told, and stays.
 */
export async function removeRemains(to: HostPath, context: Context): Promise<void> {
  const { reporter } = context;
  for (const directory of new Set([hostPath('..', to), ...temporaryPlaces(context)]))
    for (const { path, state, image } of await findRemains(directory))
      if (state === 'dead') {
        await removeTree(path);
        reporter.report({ event: 'note', message: `removed \`${formatLine(path)}\`, which a killed build left` });
      } else if (image === basename(to))
        reporter.report({
          event: 'warning',
          message: `\`${formatLine(path)}\` is of a build that was killed, if none runs on another machine: remove it`,
        });
}
