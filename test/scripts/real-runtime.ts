import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryDirectory } from './install.ts';

const testbed = process.env.CT_TESTBED ?? '/opt/ctinstall-testbed';

/** The environment in which the real container runtime is found; fails where there is none. */
export function realRuntime(): { PATH: string; HOME: string } {
  const path = `${join(testbed, 'bin')}:${process.env.PATH}`;
  const found = path.split(':').some((directory) => isThere(join(directory, 'singularity'), constants.X_OK));
  if (!found) throw new Error('there is no `singularity` on PATH: run `npm test`, which sets the machine up');
  // The runtime makes a cache in the home directory.
  return { PATH: path, HOME: makeTemporaryDirectory() };
}

/** An image with bash and busybox; fails where there is none. */
export function tinyImage(): string {
  const image = join(testbed, 'images/tiny.sif');
  if (!isThere(image, constants.R_OK))
    throw new Error(`\`${image}\` is not there: run \`npm test\`, which sets the machine up`);
  return image;
}

function isThere(path: string, how: number): boolean {
  try {
    accessSync(path, how);
    return true;
  } catch {
    return false;
  }
}
