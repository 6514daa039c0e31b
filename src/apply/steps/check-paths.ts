import { isDirectory, isFile } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import { isUserSoftware } from '../../records/user-software.ts';
import type { StepDoer } from '../types.ts';

/** What is missing fails as `sanity-check-failed`. */
export const checkPaths: StepDoer<'check-paths'> = {
  apply: async ({ root, installDir, files, dirs }) => {
    const isThere = async (path: string, is: (path: HostPath) => Promise<boolean>): Promise<boolean> =>
      (await is(joinHost(root, path))) || (isUserSoftware(path) && (await is(joinHost(installDir, path))));
    const missing: string[] = [];
    for (const file of files) if (!(await isThere(file, isFile))) missing.push(`file ${file}`);
    for (const directory of dirs) if (!(await isThere(directory, isDirectory))) missing.push(`directory ${directory}`);
    if (missing.length > 0)
      throw new CtinstallError('sanity-check-failed', `sanity check: not in the install dir: ${missing.join(', ')}`, {
        hint: 'fix `sanity_check_paths` in the easyconfig',
      });
  },
};
