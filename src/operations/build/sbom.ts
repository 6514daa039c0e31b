import { createHash } from 'node:crypto';
import { ask } from '../../discover/machine.ts';
import {
  readCondaRecord,
  readDpkgStatus,
  readPythonMetadata,
  readRpmList,
  readSystemId,
  rpmFormat,
} from '../../formats/sbom/read-packages.ts';
import { isOfCache, recordKindOf } from '../../formats/sbom/record-files.ts';
import { renderSpdx } from '../../formats/sbom/render-spdx.ts';
import type { FoundPackage, RecordKind } from '../../formats/sbom/types.ts';
import { lstatIfThere, readText, writeFileWhole } from '../../host/files.ts';
import { run, runOrFail } from '../../host/run.ts';
import type { AddedObject } from '../../image/write-sif.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

export const sbomObject = 'ctinstall-sbom.spdx.json';

/** A squashfs in a file. */
interface Packed {
  readonly file: HostPath;
  readonly offset: number;
}

export interface SbomOptions {
  /** What the list calls the image. */
  readonly name: string;
  /** An image that starts and has the same packages of its distribution, and what starts it: rpm is asked in it. */
  readonly base: HostPath;
  readonly runtime: string | undefined;
  /** A directory of its own. */
  readonly work: HostPath;
  /** Seconds since 1970 UTC. */
  readonly time: number;
}

/** The object of a SIF that lists all packages in it, as their managers know them. */
export async function makeSbom(packed: Packed, options: SbomOptions, context: Context): Promise<AddedObject> {
  const records = await findRecords(packed, context);
  const wanted = [...records].flatMap(([path, kind]) => (kind === 'rpm' ? [] : [path])).toSorted();
  const places = await extract(packed, wanted, { work: options.work, context });
  const all: (readonly [string, FoundPackage])[] = [];
  let system: string | undefined;
  for (const [path, place] of places) {
    const kind = records.get(path);
    const text = await readText(place);
    if (kind === 'os') system ??= readSystemId(text);
    else for (const each of readers[kind ?? 'rpm']?.(text) ?? []) all.push([path, each]);
  }
  const lacks: string[] = [];
  if ([...records.values()].includes('rpm')) {
    const listed = await askRpm(options, context);
    if (listed === undefined) lacks.push('packages of rpm, which could not be asked');
    else for (const each of listed) all.push(['', each]);
  }
  const packages = withoutTwins(all);
  const { name, time } = options;
  const facts = { name, time, system, lacks, toolVersion: context.toolVersion };
  const digest = createHash('sha256')
    .update(renderSpdx(packages, { ...facts, uuid: new Uint8Array(16) }))
    .digest();
  const text = renderSpdx(packages, { ...facts, uuid: digest.subarray(0, 16) });
  return { type: 'sbom', format: 'spdx-json', name: sbomObject, data: Buffer.from(text) };
}

const readers: Readonly<Partial<Record<RecordKind, (text: string) => FoundPackage[]>>> = {
  dpkg: readDpkgStatus,
  conda: readCondaRecord,
  python: readPythonMetadata,
};

/** Larger records are none: of all packages of a distribution there are some MB. */
const mostBytes = 32 * 2 ** 20;
const mostBytesInAll = 2 ** 30;
/** What is worth a closer look, so that of a listing of millions of files little is kept. */
const first = '(/dpkg/status|/rpm/|/conda-meta/|-packages/|/os-release)';
const listing = 'unsquashfs "$@" | grep -E -- "$PATTERN" || :';

/** Regular files that are records, by their paths. Without `n` each owner is looked up by name, which takes longer than all else. */
async function findRecords(
  { file, offset }: Packed,
  { environment, signal }: Context,
): Promise<ReadonlyMap<string, RecordKind>> {
  const argv = ['/bin/sh', '-c', listing, 'sh', '-lln', '-d', 'root', '-o', String(offset), file] as const;
  const options = { env: { ...environment, LC_ALL: 'C', PATTERN: first }, signal };
  const { stdout } = await runOrFail(argv, options, 'listing the image');
  const found = new Map<string, RecordKind>();
  let left = mostBytesInAll;
  for (const line of stdout.split('\n')) {
    const [, size = '', path = ''] = /^-\S+ .*?(\d+) \d{4}-\d\d-\d\d \d\d:\d\d root\/(.*)$/.exec(line) ?? [];
    const kind = recordKindOf(path);
    if (kind === undefined || isOfCache(path)) continue;
    if (kind !== 'rpm') left -= Number(size);
    if (kind === 'rpm' || (Number(size) <= mostBytes && left >= 0)) found.set(path, kind);
  }
  return found;
}

/** Unpacks files of an image; gives their places by their paths. */
async function extract(
  { file, offset }: Packed,
  paths: readonly string[],
  { work, context }: { readonly work: HostPath; readonly context: Context },
): Promise<ReadonlyMap<string, HostPath>> {
  const places = new Map<string, HostPath>();
  if (paths.length === 0) return places;
  const list = joinHost(work, 'records.txt');
  const to = joinHost(work, 'records');
  await writeFileWhole(list, `${paths.join('\n')}\n`, 0o600);
  const flags = ['-q', '-n', '-no-xattrs', '-no-wild', '-d', to, '-o', String(offset), '-ef', list];
  const { environment, signal } = context;
  // What cannot be written as it is, such as an owner, is no matter here.
  await run(['unsquashfs', ...flags, file], { env: { ...environment, LC_ALL: 'C' }, signal });
  for (const path of paths) {
    const at = hostPath(path, to);
    if (at.startsWith(`${to}/`) && (await lstatIfThere(at))?.isFile() === true) places.set(path, at);
  }
  return places;
}

async function askRpm(
  { base, runtime }: SbomOptions,
  { environment, signal }: Context,
): Promise<FoundPackage[] | undefined> {
  if (runtime === undefined) return undefined;
  const argv = [runtime, 'exec', '--cleanenv', '--no-home', base, 'rpm', '-qa', '--queryformat', rpmFormat] as const;
  const answer = await ask(argv, { environment, root: hostPath('/'), signal });
  if (answer.kind !== 'answered' || answer.exitCode !== 0) return undefined;
  return readRpmList(answer.stdout);
}

/** Conda's packages of Python have records of both kinds in their environment: they are conda's. */
function withoutTwins(all: readonly (readonly [string, FoundPackage])[]): FoundPackage[] {
  const key = (environment: string, { name, version }: FoundPackage): string =>
    `${environment}\n${name.toLowerCase().replace(/[-_.]+/g, '-')}\n${version}`;
  const conda = new Set(
    all.flatMap(([path, each]) => (each.type === 'conda' ? [key(path.replace(/\/?conda-meta\/.*$/, ''), each)] : [])),
  );
  return all.flatMap(([path, each]) =>
    each.type === 'pypi' && conda.has(key(path.replace(/\/?lib\/python[^/]*\/site-packages\/.*$/, ''), each))
      ? []
      : [each],
  );
}
