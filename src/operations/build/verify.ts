import { checkImage } from '../../discover/image.ts';
import { isFile, readTextIfThere } from '../../host/files.ts';
import { run } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { Context } from '../context.ts';
import type { Base } from './base.ts';

/** The directory of the image that runtimes read how to start it from. */
export const runtimeDirectory = '.singularity.d';
export const recordName = 'build.json';

/** Runtimes read them in the order of their names: the newest comes last, so that its directories come first on `PATH`. */
export function environmentFile(own: string): string {
  const [, name = own, number] = /^(\w+)-(\d+)$/.exec(own) ?? [];
  return number === undefined ? `92-${name}.sh` : `92-${name}_${number.padStart(2, '0')}.sh`;
}

/** Reads what was written back, with the programs that read images. @throws CtinstallError `verification-failed`, `image-…` */
export async function verify(
  part: HostPath,
  { json, own, work, base }: { json: string; own: string; work: HostPath; base: Base },
  { environment, signal }: Context,
): Promise<void> {
  await checkImage(part);
  const back = joinHost(work, 'back');
  const flags = ['-q', '-n', '-no-xattrs', '-d', back, '-o', String(base.image.rootFileSystem.offset)];
  const files = [`${own}/${recordName}`, `${runtimeDirectory}/env/${environmentFile(own)}`] as const;
  await run(['unsquashfs', ...flags, part, ...files], { env: environment, signal });
  const [record, script] = files;
  if ((await readTextIfThere(joinHost(back, record))) === json && (await isFile(joinHost(back, script)))) return;
  throw new CtinstallError('verification-failed', 'the new image does not hold what was written into it', {
    hint: 'run it again; if it fails again, the file system or mksquashfs is at fault',
  });
}
