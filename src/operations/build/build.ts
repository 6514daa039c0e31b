import { removeFile, rename, statIfThere, syncDirectories } from '../../host/files.ts';
import { digestFile } from '../../host/hash-file.ts';
import { linkIfPossible } from '../../host/links.ts';
import { withTemporaryDirectory } from '../../host/temporary.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { requireAsSeen } from './copy-base.ts';
import { removeLog } from './failed-log.ts';
import { type FoundBase, isAddress, requireRuntime, withBase } from './fetch-base.ts';
import { makeImage } from './make-image.ts';
import type { Making } from './plan.ts';
import { checkRequest, planBuild } from './plan-build.ts';
import { againOf, partOf, removeRemains, temporaryName } from './remains.ts';
import type { BuildOptions, BuildOutcome } from './types.ts';

/**
 * Makes an image of another one and of more files: a copy whose squashfs is added to in its place. The base is never written
 * to; the new image is there whole, verified and on disk, or not at all.
 * @throws CtinstallError `usage`, `image-…`, `squashfs-tools-missing`, `command-failed`, `no-space`
 */
export async function build(options: BuildOptions, context: Context): Promise<BuildOutcome> {
  const settings = await readSettingsOf(context, options.settings, { needsPrefix: options.conda !== undefined });
  return buildWith(options, settings, context);
}

/** The same with settings that were read. */
export async function buildWith(
  options: Omit<BuildOptions, 'settings'>,
  settings: Settings,
  context: Context,
): Promise<BuildOutcome> {
  await checkRequest(options, context);
  if (options.update === true || !isAddress(options.base)) return buildOn(options, settings, context);
  const to = hostPath(options.output, context.cwd);
  if (options.dryRun === true) {
    await requireRuntime(settings, context);
    return { path: to, isPlan: true, built: undefined };
  }
  await removeRemains(to, context);
  const build = ({ file, address }: FoundBase): Promise<BuildOutcome> =>
    buildOn({ ...options, base: file, baseAddress: address }, settings, context);
  return withBase({ asked: options.base, to, settings }, build, context);
}

async function buildOn(
  options: Omit<BuildOptions, 'settings'>,
  settings: Settings,
  context: Context,
): Promise<BuildOutcome> {
  const started = performance.now();
  const plan = await planBuild(options, settings, context);
  if (options.dryRun === true) return { path: plan.to, isPlan: true, built: undefined };
  await removeRemains(plan.to, context);
  const part = await partOf(plan.to);
  const temporary = context.environment.TMPDIR || '/tmp';
  try {
    const record = await withTemporaryDirectory(
      temporary,
      (directory) => makeImage(part, { plan, options, settings, work: hostPath(directory) }, context),
      await temporaryName(),
    );
    if (options.checkReproducible === true) await requireSame(part, { plan, options, settings }, context);
    // Two at once would lose what the first of them added.
    if (options.update === true) await requireAsSeen(plan.base);
    await publish(part, plan.to, options.force === true || options.update === true);
    await removeLog(hostPath(`${plan.to}.log`));
    const bytes = (await statIfThere(plan.to))?.size ?? 0;
    const seconds = (performance.now() - started) / 1000;
    return { path: plan.to, isPlan: false, built: { bytes, baseBytes: plan.base.size, record, seconds } };
  } catch (error) {
    throw withOwnHint(error, part, plan.to);
  } finally {
    await removeFile(part);
  }
}

/** What writes files knows of installs, which have a prefix: an image has another place. */
function withOwnHint(error: unknown, part: HostPath, to: HostPath): unknown {
  if (!(error instanceof CtinstallError) || !['no-space', 'prefix-not-writable'].includes(error.code)) return error;
  const { code, details } = error;
  // Nobody knows that one.
  const message = error.message.replaceAll(part, to);
  const hint =
    'the image is written beside its place, other files in `TMPDIR`, packages of conda in the prefix: make room, or choose other places';
  return new CtinstallError(code, message, { details, hint, cause: error });
}

/** Builds it again, and compares. @throws CtinstallError `verification-failed` where a byte differs */
async function requireSame(part: HostPath, made: Omit<Making, 'work'>, context: Context): Promise<void> {
  const again = againOf(part);
  try {
    await withTemporaryDirectory(
      context.environment.TMPDIR || '/tmp',
      (directory) => makeImage(again, { ...made, work: hostPath(directory) }, context),
      await temporaryName(),
    );
    const [first, second] = [await digestFile(part, context.signal), await digestFile(again, context.signal)];
    if (first === second) return;
    throw new CtinstallError('verification-failed', 'built twice, the image is not the same', {
      hint: 'an input changed meanwhile, or a package is installed otherwise each time',
    });
  } finally {
    await removeFile(again);
  }
}

/** Under its name in one step; what is there by now stays, unless it is to be replaced. */
async function publish(part: HostPath, to: HostPath, isForced: boolean): Promise<void> {
  if (!isForced && (await statIfThere(to)) === undefined && (await linkIfPossible(part, to))) await removeFile(part);
  else if (!isForced && (await statIfThere(to)) !== undefined)
    throw new CtinstallError('usage', `\`${to}\` was made by another meanwhile`, { hint: 'replace it with `--force`' });
  else await rename(part, to);
  await syncDirectories([hostPath('..', to)]);
}
