import { ask, type Machine } from '../../../discover/machine.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import type { Base } from '../base.ts';
import { packageManagers } from './packages.ts';

const places = ['', 'usr/', 'usr/local/'].flatMap((root) => [`${root}bin`, `${root}sbin`]);

/**
 * What a build would find out when all of the base is unpacked. Where it cannot be listed, that still does.
 * @throws CtinstallError `build-impossible`
 */
export async function requirePackageManager(base: Base, machine: Machine): Promise<void> {
  const paths = places.flatMap((place) => packageManagers.map((name) => `${place}/${name}`));
  const offset = `${base.image.rootFileSystem.offset}`;
  const listed = await ask(['unsquashfs', '-ls', '-o', offset, base.path, ...paths], machine);
  if (listed.kind !== 'answered' || listed.exitCode !== 0) return;
  const isThere = listed.stdout.split('\n').some((line) => packageManagers.some((name) => line.endsWith(`/${name}`)));
  if (isThere) return;
  throw new CtinstallError('build-impossible', `\`${base.path}\` has none of ${packageManagers.join(', ')}`, {
    hint: 'take a base with the package manager of its distribution; `--conda`, `--pip` and `--files` need none',
  });
}
