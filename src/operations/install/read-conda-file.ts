import { placeCondaPaths } from '../../conda/place-paths.ts';
import { readTextIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath, joinHost } from '../../lib/paths.ts';
import { hasUserSoftware } from '../../records/user-software.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';

/**
 * The list of packages of an install's own conda environment: from where the easyconfig says, or else the one that is kept
 * with the install.
 * @throws CtinstallError `filesystem` where there is none, and the environment is still to be made
 */
export async function readCondaFile(
  { condaPackages, installDir }: ResolvedInstall,
  easyconfig: string,
): Promise<string | undefined> {
  if (condaPackages === undefined) return undefined;
  const path = hostPath(condaPackages.file, hostPath('..', easyconfig));
  const kept = ['environment.yml', 'environment.txt'].map((name) => joinHost(installDir, '.ctinstall', name));
  const written = await readTextIfThere(path);
  // It is read elsewhere: in the install, and in the container.
  if (written !== undefined) return placeCondaPaths(written, hostPath('..', path));
  for (const each of kept) {
    const text = await readTextIfThere(each);
    if (text !== undefined) return text;
  }
  if (await hasUserSoftware(installDir)) return undefined;
  throw new CtinstallError('filesystem', `\`${path}\` is not there, which lists what \`python.conda\` is made of`, {
    hint: 'put it there, or fix `python.conda.file` in the easyconfig',
  });
}
