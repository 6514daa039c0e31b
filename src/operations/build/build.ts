import { basename } from 'node:path';
import { checkImage } from '../../discover/image.ts';
import { copyFileHashed } from '../../host/copy-file.ts';
import {
  isDirectory,
  makeDirectory,
  readTextIfThere,
  removeFile,
  rename,
  statIfThere,
  syncDirectories,
  writeFileWhole,
} from '../../host/files.ts';
import { digestFile } from '../../host/hash-file.ts';
import { linkIfPossible } from '../../host/links.ts';
import { run } from '../../host/run.ts';
import { withTemporaryDirectory } from '../../host/temporary.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { requireSha256 } from '../../runtime/fetch-checked.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import type { Base } from './base.ts';
import { renderEnvironment } from './environment.ts';
import { finishSif, readMoved } from './finish-sif.ts';
import { isOfRoot } from './inputs.ts';
import { addLabels, type Labels } from './labels.ts';
import { makeInputs } from './make-inputs.ts';
import { addToSquashfs } from './pack.ts';
import type { BuildPlan, Making } from './plan.ts';
import { planBuild, topOf } from './plan-build.ts';
import { recordObject } from './read-record.ts';
import { againOf, partOf, removeRemains, temporaryName } from './remains.ts';
import { makeSbom } from './sbom.ts';
import { step } from './step.ts';
import type { BuildInput, BuildOptions, BuildOutcome, BuildRecord } from './types.ts';

/** The directory of the image that runtimes read how to start it from. */
const runtimeDirectory = '.singularity.d';
const recordName = 'build.json';

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
    if (options.update === true) await requireUnchanged(plan.base);
    await publish(part, plan.to, options.force === true || options.update === true);
    const bytes = (await statIfThere(plan.to))?.size ?? 0;
    const seconds = (performance.now() - started) / 1000;
    return { path: plan.to, isPlan: false, built: { bytes, baseBytes: plan.base.size, record, seconds } };
  } catch (error) {
    throw withOwnHint(error);
  } finally {
    await removeFile(part);
  }
}

/** What writes files knows of installs, which have a prefix: an image has another place. */
function withOwnHint(error: unknown): unknown {
  if (!(error instanceof CtinstallError) || !['no-space', 'prefix-not-writable'].includes(error.code)) return error;
  const { code, message, details } = error;
  const hint =
    'the image is written beside its place, other files in `TMPDIR`, packages of conda in the prefix: make room, or choose other places';
  return new CtinstallError(code, message, { details, hint, cause: error });
}

async function makeImage(part: HostPath, making: Making, context: Context): Promise<BuildRecord> {
  const { plan, work } = making;
  const { base, own } = plan;
  const { reporter, signal } = context;
  const layer = joinHost(work, 'layer');
  const ownDirectory = joinHost(layer, own);
  await makeDirectory(ownDirectory);
  await makeDirectory(joinHost(work, 'sources'));
  const { inputs, newest, runtime } = await makeInputs(layer, making, context);
  const time = Math.max(plan.time, newest);
  const { sha256: baseSha256 = '' } = await step(reporter, `copy ${base.file}`, () =>
    copyFileHashed(base.path, part, { needsSha256: true, mode: 0o644, expected: base, isSyncedLater: true, signal }),
  );
  requireSha256(baseSha256, making.options.baseSha256, base.path);
  const record: BuildRecord = {
    form: 1,
    directory: `/${own}`,
    ctinstall: context.toolVersion,
    mksquashfs: plan.mksquashfs,
    base: { file: base.file, sha256: baseSha256 },
    inputs,
  };
  const json = `${JSON.stringify(record, null, 2)}\n`;
  const labels: Labels = {
    'ctinstall.build.version': context.toolVersion,
    'ctinstall.build.base': `${base.file}@sha256:${baseSha256}`,
  };
  await writeFileWhole(joinHost(ownDirectory, recordName), json, 0o644);
  await addRuntimeDirectory(layer, { plan, inputs, labels }, context);
  const title = `add files to ${basename(plan.to)}`;
  const moved = await readMoved(base.path, base.image, labels);
  if (base.image.descriptors.some(({ type }) => type === 'signature'))
    reporter.report({
      event: 'note',
      message: `the signature of ${base.file} does not hold for what is added: it is left out`,
    });
  await step(reporter, title, async () => {
    const directories = new Map(
      [own, runtimeDirectory, ...plan.files.map(topOf)].map((name) => [name, joinHost(layer, name)]),
    );
    for (const each of plan.files.filter(isOfRoot)) directories.set(topOf(each), each.from);
    const changedFrom = await addToSquashfs(
      { file: part, offset: base.image.rootFileSystem.offset, shown: base.path },
      { directories, replaces: [runtimeDirectory], work: joinHost(work, 'sources'), time, title },
      context,
    );
    const packed = { file: part, offset: base.image.rootFileSystem.offset };
    const sbom = await makeSbom(packed, { name: nameOf(base, inputs), base: base.path, runtime, work, time }, context);
    const added = [{ type: 'generic-json', name: recordObject, data: Buffer.from(json) } as const, sbom];
    await finishSif(part, { image: base.image, labels, added, ...moved, time, baseSha256, changedFrom });
  });
  await step(reporter, 'verify the image', () => verify(part, { json, own, work, base }, context));
  return record;
}

/** The same whatever the image is called: the same inputs give the same bytes. */
function nameOf(base: Base, inputs: readonly BuildInput[]): string {
  return `${base.file} with ${inputs.flatMap(({ from }) => from).join(', ')}`;
}

/** Runtimes read them in the order of their names: the newest comes last, so that its directories come first on `PATH`. */
function environmentFile(own: string): string {
  const [, name = own, number] = /^(\w+)-(\d+)$/.exec(own) ?? [];
  return number === undefined ? `92-${name}.sh` : `92-${name}_${number.padStart(2, '0')}.sh`;
}

/** The base's own, with a script that finds what was added, and labels. */
async function addRuntimeDirectory(
  layer: HostPath,
  { plan, inputs, labels }: { plan: BuildPlan; inputs: readonly BuildInput[]; labels: Labels },
  { environment, signal }: Context,
): Promise<void> {
  const { base, own } = plan;
  const offset = String(base.image.rootFileSystem.offset);
  const flags = ['-q', '-n', '-f', '-no-xattrs', '-d', layer, '-o', offset];
  await run(['unsquashfs', ...flags, base.path, runtimeDirectory], { env: environment, signal });
  const directory = joinHost(layer, runtimeDirectory);
  await makeDirectory(joinHost(directory, 'env'));
  const programs: string[] = [];
  for (const { path } of inputs) {
    const here = plan.files.find((each) => each.path === path)?.from ?? joinHost(layer, path);
    if (await isDirectory(joinHost(here, 'bin'))) programs.push(`${path}/bin`);
  }
  await writeFileWhole(joinHost(directory, 'env', environmentFile(own)), renderEnvironment(inputs, programs), 0o755);
  const file = joinHost(directory, 'labels.json');
  await writeFileWhole(file, addLabels(await readTextIfThere(file), labels), 0o644);
}

/** Reads what was written back, with the programs that read images. */
async function verify(
  part: HostPath,
  { json, own, work, base }: { json: string; own: string; work: HostPath; base: Base },
  { environment, signal }: Context,
): Promise<void> {
  await checkImage(part);
  const back = joinHost(work, 'back');
  const offset = String(base.image.rootFileSystem.offset);
  const argv = [
    'unsquashfs',
    '-q',
    '-n',
    '-no-xattrs',
    '-d',
    back,
    '-o',
    offset,
    part,
    `${own}/${recordName}`,
  ] as const;
  await run(argv, { env: environment, signal });
  const env = [
    'unsquashfs',
    '-l',
    '-d',
    'root',
    '-o',
    offset,
    part,
    `${runtimeDirectory}/env/${environmentFile(own)}`,
  ] as const;
  const { stdout } = await run(env, { env: environment, signal });
  if (
    (await readTextIfThere(joinHost(back, own, recordName))) === json &&
    stdout.includes(`/env/${environmentFile(own)}`)
  )
    return;
  throw new CtinstallError('verification-failed', 'the new image does not hold what was written into it', {
    hint: 'run it again; if it fails again, the file system or mksquashfs is at fault',
  });
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

/** Two at once would lose what the first of them added. */
async function requireUnchanged({ path, size, mtimeMs }: Base): Promise<void> {
  const stats = await statIfThere(path);
  if (stats?.size === size && stats.mtimeMs === mtimeMs) return;
  throw new CtinstallError('image-changed', `\`${path}\` was changed meanwhile, and stays as it is now`, {
    hint: 'run it again',
  });
}

/** Under its name in one step; what is there by now stays, unless it is to be replaced. */
async function publish(part: HostPath, to: HostPath, isForced: boolean): Promise<void> {
  if (!isForced && (await statIfThere(to)) === undefined && (await linkIfPossible(part, to))) await removeFile(part);
  else if (!isForced && (await statIfThere(to)) !== undefined)
    throw new CtinstallError('usage', `\`${to}\` was made by another meanwhile`, { hint: 'replace it with `--force`' });
  else await rename(part, to);
  await syncDirectories([hostPath('..', to)]);
}
