import { run } from '../host/run.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';

/** `unknown`: it may not be what the squashfs was made from, so that packing it is refused. */
export type KeptDirectory = 'unchanged' | 'changed' | 'unknown';

/**
 * What became of a directory that is beside the squashfs since it was packed. As the scripts of the install judge it, which
 * note what it was like.
 */
export async function judgeKeptDirectory(
  installDir: HostPath,
  { environment, signal }: { environment: Readonly<Record<string, string | undefined>>; signal: AbortSignal },
): Promise<KeptDirectory> {
  const common = joinHost(installDir, '.ctinstall', 'squashfs-common.bash');
  const judge = '. "$1" || exit 3; is_unchanged && exit 0; is_descended && exit 1; exit 3';
  const { exitCode } = await run(['bash', '-p', '-c', judge, 'bash', common], { env: environment, signal });
  return exitCode === 0 ? 'unchanged' : exitCode === 1 ? 'changed' : 'unknown';
}
