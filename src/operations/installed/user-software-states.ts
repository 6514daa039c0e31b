import { listDirectories, readFileStates } from '../../host/many-files.ts';
import { measureTrees } from '../../host/measure-trees.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';

/** What the user added to an install. `directory`: as files; where there is a packed form too, that is the one in use. */
export const softwareForms = ['packed', 'directory', 'none'] as const;

export interface SoftwareState {
  readonly form: (typeof softwareForms)[number];
  /** Bytes; undefined where nobody has looked: to measure a directory takes a look at each file. */
  readonly size: number | undefined;
}

/** The user software of each install; directories are measured only if that is asked for. */
export async function readSoftwareStates(
  installDirs: readonly HostPath[],
  { measures, signal }: { readonly measures: boolean; readonly signal: AbortSignal },
): Promise<SoftwareState[]> {
  const pathOf = (name: string) => installDirs.map((installDir) => joinHost(installDir, name));
  const packed = await readFileStates(pathOf('user-software.squashfs'), signal);
  const directories = pathOf('user-software');
  const entries = await listDirectories(directories, signal);
  const states: SoftwareState[] = [];
  for (const [at, directory] of directories.entries()) {
    const file = packed[at];
    const listed = entries[at];
    if (file?.isFile === true) states.push({ form: 'packed', size: file.size });
    // One that cannot be listed is taken to hold something.
    else if (listed instanceof CtinstallError) states.push({ form: 'directory', size: undefined });
    else if ((listed ?? []).length === 0) states.push({ form: 'none', size: 0 });
    else states.push({ form: 'directory', size: measures ? await sizeOf(directory, signal) : undefined });
  }
  return states;
}

async function sizeOf(directory: HostPath, signal: AbortSignal): Promise<number> {
  return (await measureTrees([directory], Number.POSITIVE_INFINITY, signal)).bytes;
}
