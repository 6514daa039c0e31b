import { posix } from 'node:path';

/** Why a name in an archive is not unpacked; undefined where it is. */
export function findNameFault(name: string): string | undefined {
  if (name.includes('\0')) return 'holds a NUL';
  if (name.startsWith('/')) return 'is absolute';
  if (name.split('/').includes('..')) return 'leads out of it by `..`';
  return undefined;
}

/** Why a symbolic link in an environment is not made: it leads out of it. Absolute ones must lead into the prefix. */
export function findLinkFault(path: string, target: string, prefix: string): string | undefined {
  if (target === '' || target.includes('\0')) return 'leads nowhere';
  const place = target.startsWith('/') ? target : posix.join(prefix, posix.dirname(path), target);
  return `${posix.normalize(place)}/`.startsWith(`${prefix}/`) ? undefined : `leads out of it, to \`${target}\``;
}
