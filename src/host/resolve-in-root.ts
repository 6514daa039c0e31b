import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import { lstatIfThere } from './files.ts';
import { readLink } from './links.ts';

/** As many links as Linux follows. */
const mostLinks = 40;

/**
 * Where a path leads in a tree that is to be the root of a system: links in it never lead out. What is not there is taken by
 * its name.
 * @throws CtinstallError `image-invalid` for links that go round in a circle
 */
export async function resolveInRoot(root: HostPath, path: string): Promise<HostPath> {
  const left = partsOf(path);
  let found: string[] = [];
  let links = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '..') found.pop();
    if (part === '..' || part === '.') continue;
    const here = joinHost(root, ...found, part);
    if ((await lstatIfThere(here))?.isSymbolicLink() !== true) {
      found.push(part);
      continue;
    }
    links += 1;
    if (links > mostLinks) throw new CtinstallError('image-invalid', `\`${path}\` in the image is a circle of links`);
    const target = await readLink(here);
    if (target.startsWith('/')) found = [];
    left.unshift(...partsOf(target));
  }
  return joinHost(root, ...found);
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}
