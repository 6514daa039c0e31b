import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One line for each entry of a tree: all of it that must survive packing and unpacking, owners aside. */
export function describeTree(root: string): string[] {
  const firstNames = new Map<number, string>();
  const describe = (path: Buffer, name: string): string[] => {
    const stats = lstatSync(path);
    const mode = (stats.mode & 0o7777).toString(8);
    const time = Math.floor(stats.mtimeMs / 1000);
    if (stats.isDirectory())
      return [
        `${name} directory ${mode}`,
        ...readdirSync(path, { encoding: 'buffer' }).flatMap((entry) =>
          describe(Buffer.concat([path, Buffer.from('/'), entry]), `${name}/${entry.toString('latin1')}`),
        ),
      ];
    if (stats.isSymbolicLink())
      return [`${name} link ${readlinkSync(path, { encoding: 'buffer' }).toString('latin1')}`];
    if (!stats.isFile())
      return [`${name} special ${stats.isFIFO() ? 'fifo' : stats.isSocket() ? 'socket' : 'device'} ${mode}`];
    const first = firstNames.get(stats.ino) ?? name;
    firstNames.set(stats.ino, first);
    return [`${name} file ${mode} ${time} ${first} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`];
  };
  // In the order of the names, so that the first name of a hard link is the same everywhere.
  return describe(Buffer.from(root), '.').sort();
}

/** As {@link describeTree}, of what a squashfs holds; undefined where there is none, or it cannot be unpacked. */
export function describeSquashfs(path: string): string[] | undefined {
  if (!existsSync(path)) return undefined;
  const place = mkdtempSync(join(tmpdir(), 'ctinstall-unpacked-'));
  try {
    execFileSync('unsquashfs', ['-no-progress', '-d', join(place, 'tree'), path], {
      stdio: 'ignore',
    });
    return describeTree(join(place, 'tree'));
  } catch {
    return undefined;
  } finally {
    execFileSync('chmod', ['-R', 'u+rwX', place]);
    rmSync(place, { recursive: true, force: true });
  }
}
