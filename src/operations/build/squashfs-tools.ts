import { ask, textOf } from '../../discover/machine.ts';
import { lookUpProgram } from '../../host/look-up.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { hostPath } from '../../lib/paths.ts';
import type { Context } from '../context.ts';

/** The version of mksquashfs: such as `4.5.1`. @throws CtinstallError `squashfs-tools-missing` */
export async function requireSquashfsTools({ environment, signal }: Context): Promise<string> {
  for (const tool of ['mksquashfs', 'unsquashfs'])
    if ((await lookUpProgram(tool, environment.PATH)) === undefined)
      throw new CtinstallError('squashfs-tools-missing', `there is no \`${tool}\` on PATH`, {
        hint: 'load a module with squashfs-tools (4.4 or later), or ask your support team',
      });
  const machine = { environment, root: hostPath('/'), signal };
  const [, version = 'unknown'] =
    / version (\d[\w.-]*)/.exec(textOf(await ask(['mksquashfs', '-version'], machine))) ?? [];
  return version;
}
