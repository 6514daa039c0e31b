import { listDirectory, lstatIfThere, statIfThere } from '../host/files.ts';
import { type Finding, foundThing, unusableThing } from '../lib/finding.ts';
import { formatCommand } from '../lib/format.ts';
import { type HostPath, hostPath, joinHost, type Prefix } from '../lib/paths.ts';
import type { Settings } from '../settings/types.ts';
import { discoverSharingGroup, isShared } from './sharing-group.ts';

const what = 'group';

/** A line where the prefix is a group's, or looks as if it were meant to be: whether its members can change what is there. */
export async function checkSharing({ prefix, umask, origins }: Settings): Promise<Finding[]> {
  const gid = await discoverSharingGroup(prefix);
  if (gid === undefined) return checkClosed(prefix);
  const tried = ['it is setgid, and the group may write'];
  if (umask !== undefined && (umask & 0o070) !== 0)
    return [
      foundThing(what, `members of group ${gid} cannot change what you install`, [
        `\`umask\` is ${umask.toString(8).padStart(3, '0')}, set by ${origins.umask.join(', ')}`,
      ]),
    ];
  const closed = await findClosed(prefix, gid);
  const [first] = closed;
  if (first === undefined)
    return [foundThing(what, `members of group ${gid} can change what is installed under the prefix`, tried)];
  const shown = closed.slice(0, 3).map(({ path }) => `\`${path}\``);
  const more = closed.length > 3 ? ` and ${closed.length - 3} more` : '';
  return [
    unusableThing(what, `members of group ${gid} cannot change what is in ${shown.join(', ')}${more}`, tried, {
      hint: describeMending(prefix, gid, closed),
    }),
  ];
}

/** Made in a group's directory, but by somebody whose umask took the right to write from the group. */
async function checkClosed(prefix: Prefix): Promise<Finding[]> {
  const stats = await statIfThere(prefix);
  const above = await statIfThere(hostPath('..', prefix));
  const isClosed =
    stats !== undefined && above !== undefined && isShared(above) && !isShared(stats) && stats.gid === above.gid;
  if (!isClosed) return [];
  return [
    unusableThing(
      what,
      `only user ${stats.uid} can install under the prefix, though its group shares what is above`,
      [],
      {
        hint: `if it is the group's: ${formatCommand(['chmod', 'g+rwxs', prefix])}`,
      },
    ),
  ];
}

interface Closed {
  readonly path: HostPath;
  readonly uid: number;
}

/** Directories in which a member of the group cannot do what an install, a rebuild or an uninstall does. */
async function findClosed(prefix: Prefix, gid: number): Promise<Closed[]> {
  const closed: Closed[] = [];
  const look = async (
    path: HostPath,
    depth: number,
    isWanted: (name: string) => boolean = () => true,
  ): Promise<void> => {
    const stats = await lstatIfThere(path);
    if (stats?.isDirectory() !== true) return;
    const isReadOnly = (stats.mode & 0o200) === 0;
    if (!isReadOnly && (stats.gid !== gid || (stats.mode & 0o070) !== 0o070)) closed.push({ path, uid: stats.uid });
    if (depth === 0) return;
    for (const entry of await listDirectory(path).catch(() => []))
      if (entry.isDirectory() && isWanted(entry.name)) await look(joinHost(path, entry.name), depth - 1);
  };
  const software = joinHost(prefix, 'software');
  await look(prefix, 0);
  await look(software, 1);
  for (const name of await listDirectory(software).catch(() => []))
    for (const version of await listDirectory(joinHost(software, name.name)).catch(() => []))
      await look(joinHost(software, name.name, version.name), 1, (part) => /^(bin|runscripts|\.ctinstall)$/.test(part));
  await look(joinHost(prefix, 'modules'), 2);
  await look(joinHost(prefix, '.ctinstall'), 1);
  return closed;
}

/** Only an owner can change the mode of a directory. */
function describeMending(prefix: Prefix, gid: number, closed: readonly Closed[]): string {
  const me = process.geteuid?.() ?? 0;
  const others = [...new Set(closed.map(({ uid }) => uid).filter((uid) => uid !== me))];
  const find = [
    'find',
    prefix,
    '-name',
    'user-software*',
    '-prune',
    '-o',
    '-type',
    'd',
    '-user',
    String(me),
    '-perm',
    '-u+w',
  ];
  const fix = ['-exec', 'chgrp', String(gid), '{}', '+', '-exec', 'chmod', 'g+rwxs', '{}', '+'];
  const own = others.length < new Set(closed.map(({ uid }) => uid)).size ? [formatCommand([...find, ...fix])] : [];
  const theirs =
    others.length === 0 ? [] : [`user ${others.join(', ')} can open theirs with \`ctinstall regenerate --all\``];
  return [...own, ...theirs].join('; ');
}
