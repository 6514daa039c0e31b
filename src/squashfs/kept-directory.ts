import { run } from '../host/run.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';

/**
 * Whether a directory that is beside the squashfs has changed since it was packed, or may not be what was packed. As the
 * scripts of the install judge it, which note what it was like.
 */
export async function hasKeptDirectoryChanged(
  installDir: HostPath,
  { environment, signal }: { environment: Readonly<Record<string, string | undefined>>; signal: AbortSignal },
): Promise<boolean> {
  const common = joinHost(installDir, '.ctinstall', 'squashfs-common.bash');
  const { exitCode } = await run(['bash', '-p', '-c', '. "$1" && is_unchanged', 'bash', common], {
    env: environment,
    signal,
  });
  return exitCode !== 0;
}
