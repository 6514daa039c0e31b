/** Names of the files that {@link ucxLog} makes begin so. */
export const ucxLogs = 'ucx-';

/** Has UCX write what it chose into a directory, a file for each rank; it costs nothing once ranks are connected. */
export function ucxLog(directory: string): Readonly<Record<string, string>> {
  return { UCX_LOG_LEVEL: 'info', UCX_LOG_FILE: `${directory}/${ucxLogs}%h-%p` };
}

/**
 * The transports that messages went by, such as `rc_mlx5/mlx5_0:1` and `posix/memory`, of lines such as
 * `ep_cfg[1]: tag(posix/memory tcp/eth0);` (UCX 1.13) and `inter-node cfg#2 tag(rc_mlx5/mlx5_0:1)`. What a rank has for messages
 * to itself is left out.
 */
export function parseTransports(log: string): string[] {
  const used = log
    .split('\n')
    .flatMap((line) =>
      [...line.matchAll(/\b(?:tag|am|rma)\(([^)]*)\)/g)].map(([, list = '']) => list.trim().split(/\s+/)),
    )
    .filter((list) => !list.some((each) => each.startsWith('self/')));
  return [...new Set(used.flat())].filter((each) => each.includes('/')).toSorted();
}
