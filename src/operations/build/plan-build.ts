import { findRefusal, isDirectory, realPath, statIfThere } from '../../host/files.ts';
import { run } from '../../host/run.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { type Base, checkOutput, findBase } from './base.ts';
import { readEpoch } from './epoch.ts';
import { isAddress } from './fetch-base.ts';
import { type AddedFiles, readFilesFlags } from './inputs.ts';
import { takenName } from './pack.ts';
import type { BuildPlan } from './plan.ts';
import { readBuildRecords } from './read-record.ts';
import { requireSquashfsTools } from './squashfs-tools.ts';
import type { BuildOptions } from './types.ts';

/** What can be refused with no look at the base. @throws CtinstallError `usage`, `squashfs-tools-missing` */
export async function checkRequest(options: Omit<BuildOptions, 'settings'>, context: Context): Promise<void> {
  const { files = [], pip = [] } = options;
  if (files.length + pip.length === 0 && options.conda === undefined)
    throw new CtinstallError('usage', 'nothing is to be added to the base', {
      hint: 'such as `--conda environment.yml`, `--pip requirements.txt` or `--files <dir>:/path`',
    });
  if (options.wheels !== undefined && pip.length === 0)
    throw new CtinstallError('usage', '`--wheels` goes with `--pip`');
  if (options.lock !== undefined && options.conda === undefined)
    throw new CtinstallError('usage', '`--lock` goes with `--conda`', {
      hint: 'it is written of a conda environment: `--conda environment.yml`',
    });
  for (const [flag, value] of [
    ['conda', options.conda],
    ['wheels', options.wheels],
    ...pip.map((each) => ['pip', each]),
  ])
    if (value === '') throw new CtinstallError('usage', `\`--${flag}\` is empty`, { hint: 'is a variable not set?' });
  if (options.lock !== undefined) await requireLockPlace(options.lock, context.cwd);
  const to = hostPath(options.output, context.cwd);
  if (!(await isDirectory(hostPath('..', to))))
    throw new CtinstallError('usage', `there is no directory \`${hostPath('..', to)}\``, { hint: 'make it first' });
  const refusal = await findRefusal(hostPath('..', to), 'write');
  if (refusal !== undefined)
    throw new CtinstallError(
      'filesystem',
      `nothing can be written to \`${hostPath('..', to)}\`: ${refusal === 'EROFS' ? 'the file system is read-only' : 'permission denied'}`,
      {
        hint: 'write the image to a directory of your own',
      },
    );
  if (options.update === true || !isAddress(options.base)) return;
  await checkOutput(to, undefined, options.force === true);
  await requireSquashfsTools(context);
}

/** All that can be known before the long work, and refused. @throws CtinstallError `usage`, `image-…`, `squashfs-tools-missing` */
export async function planBuild(
  options: Omit<BuildOptions, 'settings'>,
  settings: Settings,
  context: Context,
): Promise<BuildPlan> {
  const { files = [] } = options;
  const isUpdate = options.update === true;
  const output = hostPath(options.output, context.cwd);
  const to = isUpdate ? await requireBuilt(output) : output;
  const found = await findBase(isUpdate ? to : options.base, settings, context.cwd);
  const base = options.baseAddress === undefined ? found : { ...found, file: options.baseAddress };
  if (isUpdate) await requireRecord(base);
  else await checkOutput(to, base.path, options.force === true);
  const mksquashfs = await requireSquashfsTools(context);
  const own = await findOwnName(base, context);
  const added = await readFilesFlags(files, { own, cwd: context.cwd });
  // It is seen again when they are added; here, before the long work.
  for (const name of new Set(added.map(topOf)))
    if (name !== own && (await isInBase(name, base, context))) throw takenName(name, shownBase(base, options));
  return {
    ...{ base, to, own, mksquashfs },
    files: added,
    time: readEpoch(context.environment) ?? base.squashfs.mkfsTime,
  };
}

/** As the user knows it. */
export function shownBase({ path }: Base, { baseAddress }: Pick<BuildOptions, 'baseAddress'>): string {
  return baseAddress ?? path;
}

/** What `--update` adds to: the file itself, where it is a link. */
async function requireBuilt(path: HostPath): Promise<HostPath> {
  const refuse = (message: string, hint: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  if ((await statIfThere(path))?.isFile() !== true)
    refuse(`there is no image \`${path}\` to add to`, 'build it first, with `--base`');
  const file = hostPath(await realPath(path));
  if ((await statIfThere(joinHost(hostPath('..', file), '.ctinstall', 'record.json'))) !== undefined)
    refuse(
      `\`${file}\` belongs to an install, which says what is in it`,
      'update the image that it was installed from, or `build` in its easyconfig, and install again',
    );
  return file;
}

async function requireRecord({ path, image }: Base): Promise<void> {
  if ((await readBuildRecords(path, image)).length > 0) return;
  throw new CtinstallError('usage', `\`${path}\` was not made by \`ctinstall build\``, {
    hint: 'make another image of it, with `--base`',
  });
}

/** Seen before the long work, and not after it. */
async function requireLockPlace(lock: string, cwd: HostPath): Promise<void> {
  const path = hostPath(lock, cwd);
  const above = hostPath('..', path);
  const refuse = (message: string, hint: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  if (lock === '') refuse('`--lock` is empty', 'is a variable not set?');
  if (await isDirectory(path)) refuse(`\`${path}\` is a directory`, 'name the file that `--lock` is to write');
  if (!(await isDirectory(above))) refuse(`there is no directory \`${above}\` for \`--lock\``, 'make it first');
}

/** The first directory of a path in the image. */
export function topOf({ path }: AddedFiles): string {
  return path.split('/')[1] ?? '';
}

/** `ctinstall`, or with a number where the base was built so itself. */
async function findOwnName(base: Base, context: Context): Promise<string> {
  for (let number = 1; number < 100; number += 1) {
    const name = number === 1 ? 'ctinstall' : `ctinstall-${number}`;
    if (!(await isInBase(name, base, context))) return name;
  }
  throw new CtinstallError('image-invalid', `\`${base.path}\` was built upon 99 times`);
}

async function isInBase(name: string, { path, image }: Base, { environment, signal }: Context): Promise<boolean> {
  const argv = [
    'unsquashfs',
    '-l',
    '-no-wild',
    '-d',
    'root',
    '-o',
    String(image.rootFileSystem.offset),
    path,
    name,
  ] as const;
  const { stdout } = await run(argv, { env: { ...environment, LC_ALL: 'C' }, signal });
  return stdout.includes(`root/${name}`);
}
