import { basename } from 'node:path';
import type { Definition } from '../../../formats/definition/types.ts';
import { withFileReader } from '../../../host/file-reader.ts';
import { isDirectory, lstatIfThere, makeDirectory, removeTree, statIfThere } from '../../../host/files.ts';
import { finishFile } from '../../../host/finish-file.ts';
import { hashFile } from '../../../host/hash-file.ts';
import { readImage } from '../../../image/read-image.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../../../lib/paths.ts';
import { requireSha256 } from '../../../runtime/fetch-checked.ts';
import type { Settings } from '../../../settings/types.ts';
import { type Context, readSettingsOf } from '../../context.ts';
import { findBase } from '../base.ts';
import { keepLog, removeLog } from '../failed-log.ts';
import { isAddress } from '../fetch-base.ts';
import { pinToDigest } from '../registry-digest.ts';
import { partOf, removeRemains } from '../remains.ts';
import { step } from '../step.ts';
import type { BuildOutcome, BuildRecord } from '../types.ts';
import { addDescription } from './add-description.ts';
import type { DefinitionOptions } from './definition-options.ts';
import { findBuilder } from './find-builder.ts';
import { loadDefinition } from './load-definition.ts';
import { definePackages } from './packages.ts';
import { refuseSources } from './refuse-sources.ts';
import { requirePackageManager } from './require-package-manager.ts';

/**
 * Builds a definition file in the way that works here. The image is there whole, verified and on disk, or not at all. What the
 * runtime gets is the file with its templates filled in, so that one without templates builds it too.
 * @throws CtinstallError `definition-invalid`, `usage`, `build-impossible`, `runtime-missing`, `command-failed`, `image-…`
 */
export async function buildDefinition(options: DefinitionOptions, context: Context): Promise<BuildOutcome> {
  const settings = await readSettingsOf(context, options.settings, { needsPrefix: false });
  return buildDefinitionWith(options, settings, context);
}

/** The same with settings that were read. */
export async function buildDefinitionWith(
  options: Omit<DefinitionOptions, 'settings'>,
  settings: Settings,
  context: Context,
): Promise<BuildOutcome> {
  const started = performance.now();
  const { cwd, reporter, signal } = context;
  const { from } = options;
  const definition =
    'definition' in from
      ? await loadDefinition(from.definition, from.buildArg, cwd)
      : definePackages(await findStart(from.base, settings, context), from.packages);
  const to = hostPath(options.output, cwd);
  await requirePlace(to, options.force === true);
  await refuseSources(definition.stages, cwd);
  if (options.mayRunOnHost === false) refuseHostScripts(definition.stages);
  if ('base' in from && from.baseSha256 !== undefined) {
    const { path } = await findBase(from.base, settings, cwd);
    requireSha256(await hashFile(path, signal), from.baseSha256, path);
  }
  const wish = { asked: options.way, runtime: settings.runtime, mayUseProot: options.mayRunOnHost !== false };
  const builder = await findBuilder(definition, wish, context);
  reporter.report({ event: 'note', message: builder.says });
  if (options.dryRun === true) return { path: to, isPlan: true, built: undefined };
  // A directory: the runtime writes beside its target.
  await removeRemains(to, context);
  const work = await partOf(to);
  let record: BuildRecord | undefined;
  try {
    for (const directory of [work, joinHost(work, 'tmp'), joinHost(work, 'cache')]) await makeDirectory(directory);
    const part = joinHost(work, 'image.sif');
    const log = options.log ?? hostPath(`${to}.log`);
    const keep = (text: string): Promise<string> => keepLog(log, text);
    await step(reporter, `build ${'definition' in from ? basename(from.definition) : from.packages.join(',')}`, () =>
      builder.build({ part, work, keepLog: keep }, context),
    );
    await withFileReader(part, (reader) => readImage(reader, to));
    const { name, runtime } = builder;
    record = await addDescription(part, { from, definition, builder: name, runtime, work }, context);
    await finishFile(part, to, 0o755);
    await removeLog(log);
  } finally {
    await removeTree(work);
  }
  const bytes = (await statIfThere(to))?.size ?? 0;
  const seconds = (performance.now() - started) / 1000;
  return { path: to, isPlan: false, built: { bytes, baseBytes: undefined, record, seconds } };
}

/** What packages are added to: the path of a SIF, or an address, of which the digest is known where a registry says it. @throws CtinstallError `build-impossible` without a package manager */
async function findStart(base: string, settings: Settings, context: Context): Promise<string> {
  if (isAddress(base)) return (await pinToDigest(base, context)).source;
  const found = await findBase(base, settings, context.cwd);
  const { environment, signal } = context;
  await requirePackageManager(found, { environment, signal, root: hostPath('/') });
  return found.path;
}

/** `%pre` and `%setup` run on the machine itself. @throws CtinstallError `host-commands` */
function refuseHostScripts(stages: Definition['stages']): void {
  for (const { scripts } of stages)
    for (const name of ['pre', 'setup'] as const)
      if (scripts[name] !== undefined)
        throw new CtinstallError(
          'host-commands',
          `\`%${name}\` of the definition file would run outside the container`,
          {
            hint: 'if you trust it: `--allow-host-commands`',
          },
        );
}

async function requirePlace(to: HostPath, isForced: boolean): Promise<void> {
  const refuse = (message: string, hint: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  const directory = hostPath('..', to);
  if (!(await isDirectory(directory))) refuse(`there is no directory \`${directory}\``, 'make it first');
  const stats = await lstatIfThere(to);
  if (stats?.isDirectory() === true) refuse(`\`${to}\` is a directory`, 'name the file to be made: `my.sif`');
  if (stats !== undefined && !isForced)
    refuse(`\`${to}\` is there already`, 'give the new image another name, or replace it with `--force`');
}
