import { type KindAndName, listKinds } from '../../host/list-kinds.ts';
import { readFileStates } from '../../host/many-files.ts';
import { measureTrees } from '../../host/measure-trees.ts';
import type { Memory } from '../../host/memory.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';

/** What the user added to an install. `directory`: as files; where there is a packed form too, that is the one in use. */
export const softwareForms = ['packed', 'directory', 'none'] as const;

export interface SoftwareState {
  readonly form: (typeof softwareForms)[number];
  /** Bytes; undefined where nobody has looked: to measure a directory takes a look at each file. */
  readonly size: number | undefined;
}

export interface SoftwareOptions {
  readonly measures: boolean;
  readonly memory: Memory | undefined;
  /** Of install dirs, where they are known. */
  readonly entries: ReadonlyMap<HostPath, readonly KindAndName[]>;
  readonly signal: AbortSignal;
}

const packedName = 'user-software.squashfs';
const directoryName = 'user-software';

/** The user software of each install; directories are measured only if that is asked for. */
export async function readSoftwareStates(
  installDirs: readonly HostPath[],
  { measures, memory, entries, signal }: SoftwareOptions,
): Promise<SoftwareState[]> {
  const mayHave = (name: string) =>
    installDirs.flatMap((installDir) => {
      const kinds = entries.get(installDir);
      return kinds?.some((kind) => kind.slice(1) === name) === false ? [] : joinHost(installDir, name);
    });
  const packed = await byPath(mayHave(packedName), (paths) => readFileStates(paths, signal));
  const directories = await byPath(mayHave(directoryName), (paths) => listKinds(paths, { memory, signal }));
  const states: SoftwareState[] = [];
  for (const installDir of installDirs) {
    const directory = joinHost(installDir, directoryName);
    const file = packed.get(joinHost(installDir, packedName));
    const listed = directories.get(directory);
    if (file?.isFile === true) states.push({ form: 'packed', size: file.size });
    // One that cannot be listed is taken to hold something.
    else if (listed instanceof CtinstallError) states.push({ form: 'directory', size: undefined });
    else if ((listed ?? []).length === 0) states.push({ form: 'none', size: 0 });
    else states.push({ form: 'directory', size: measures ? await sizeOf(directory, signal) : undefined });
  }
  return states;
}

async function byPath<Value>(
  paths: readonly HostPath[],
  read: (paths: readonly HostPath[]) => Promise<readonly Value[]>,
): Promise<ReadonlyMap<HostPath, Value | undefined>> {
  const values = await read(paths);
  return new Map(paths.map((path, at) => [path, values[at]]));
}

async function sizeOf(directory: HostPath, signal: AbortSignal): Promise<number> {
  return (await measureTrees([directory], Number.POSITIVE_INFINITY, signal)).bytes;
}
