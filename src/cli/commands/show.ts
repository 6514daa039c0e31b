import { discoverImage, discoverImageContents } from '../../discover/image.ts';
import type { VariantRequest } from '../../easyconfig/variant-changes.ts';
import { isDirectory, readText, statIfThere } from '../../host/files.ts';
import { describeImage, describeLabels } from '../../image/describe-image.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { hostPath } from '../../lib/paths.ts';
import { describeModulefile } from '../../modulefile/describe-install.ts';
import { readSettingsOf } from '../../operations/context.ts';
import { type VariantFlags, variantOfFlags } from '../../operations/install/install-request.ts';
import { bindLinkedPlaces } from '../../operations/install/install-target.ts';
import { loadEasyconfig, unresolvable } from '../../operations/install/load-easyconfig.ts';
import { withWritablePrefix } from '../../operations/install/writable-prefix.ts';
import { prefixesOf } from '../../operations/installed/all-prefixes.ts';
import { findInstalled } from '../../operations/installed/find-installed.ts';
import { imageCandidatesOf } from '../../plan/plan-image.ts';
import { resolveInstall } from '../../resolve/resolve-install.ts';
import type { ImageFile, ResolvedInstall } from '../../resolve/types.ts';
import { namesOfScripts } from '../../scripts/names.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import type { CommandContext } from '../command-context.ts';
import { describeResolved } from '../describe-resolved.ts';
import { copyEasyconfig } from './copy-easyconfig.ts';

export interface ShowFlags extends VariantFlags {
  readonly copy?: boolean;
  readonly modulefile?: boolean;
}

/** Shows an image file, an easyconfig as it becomes here, or an installed module: by what `thing` looks like. */
export async function show(
  thing: string,
  flags: ShowFlags,
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const isImage = /\.(sif|squashfs|sqsh|img)$/.test(thing);
  const needsPrefix = flags.copy !== true && !isImage;
  const settings = await readSettingsOf(context, settingsFlags, { needsPrefix });
  const variant = variantOfFlags(flags);
  if (flags.copy === true) return copyEasyconfig(thing, variant, { settings, context });
  if (isImage) return showImage(thing, context);
  if (/\.ya?ml$/.test(thing))
    return showEasyconfig(
      thing,
      { flags, variant },
      { settings: await withWritablePrefix(settings, context), context },
    );
  return showModule(thing, flags, { settings, context });
}

async function showImage(thing: string, context: CommandContext): Promise<void> {
  const path = hostPath(thing, context.cwd);
  if ((await statIfThere(path)) === undefined) throw new CtinstallError('image-not-found', `no image at \`${path}\``);
  if (await isDirectory(path)) throw new CtinstallError('image-invalid', `\`${path}\` is a directory, not an image`);
  const { image, metadata, unusable } = await discoverImageContents(path);
  if (context.isJson)
    return context.print(JSON.stringify({ ...image, metadata, unusable: unusable?.message ?? null }, undefined, 2));
  context.print(describeImage(image).trimEnd());
  const labels = describeLabels(metadata).trimEnd();
  if (labels !== '') context.print(labels);
  if (unusable !== undefined)
    context.reporter.report({ event: 'warning', message: unusable.message, hint: unusable.hint });
}

async function showModule(
  moduleName: string,
  flags: ShowFlags,
  { settings, context }: { settings: Settings; context: CommandContext },
): Promise<void> {
  const { installDir, record } = await findInstalled(moduleName, prefixesOf(settings), context);
  if (flags.modulefile === true) return context.print((await readText(hostPath(record.modulefile))).trimEnd());
  if (context.isJson) return context.print(JSON.stringify({ installDir, ...record }, undefined, 2));
  context.print(`${record.moduleName}`);
  context.print(`  install dir  ${installDir}`);
  context.print(`  modulefile   ${record.modulefile}`);
  context.print(`  image        ${record.image.file}, ${record.image.how} from ${record.image.source}`);
  context.print(`  installed    ${record.installed} by ctinstall ${record.ctinstall}`);
  if (record.venv !== undefined) context.print(`  venv         ${record.userSoftware}/venv/${record.venv}`);
  for (const { path } of record.files) context.print(`  file         ${path}`);
}

async function showEasyconfig(
  name: string,
  { flags, variant }: { flags: ShowFlags; variant: VariantRequest },
  { settings, context }: { settings: Settings; context: CommandContext },
): Promise<void> {
  checkPrefix(settings);
  const loaded = await loadEasyconfig(name, { settings, context }, { variant });
  const resolved = resolveInstall(loaded.easyconfig, settings, {
    runtime: settings.runtime ?? 'singularity',
    scripts: { runscripts: namesOfScripts('runscripts'), wrappers: namesOfScripts('bin') },
  });
  if (resolved.install === undefined) throw unresolvable(loaded, resolved.issues);
  const install = await bindLinkedPlaces(resolved.install);
  const image = await discoverImage({
    easyconfig: loaded.path,
    file: install.image.file,
    asked: undefined,
    directories: settings.imageDirs,
    cwd: context.cwd,
    installed: undefined,
  }).catch((error: unknown) => {
    if (error instanceof CtinstallError) return undefined;
    throw error;
  });
  if (flags.modulefile === true || context.isJson) {
    const text = await renderTextOf(install, image, context);
    if (!context.isJson) return context.print(text.trimEnd());
    const all = { easyconfig: loaded.path, ...install, imageFound: image ?? null, modulefileText: text };
    return context.print(JSON.stringify(all, undefined, 2));
  }
  const states = await Promise.all(install.binds.map(async ({ host }) => (await statIfThere(host)) !== undefined));
  const isHere = (index: number): boolean => states[index] === true;
  const modulefile = describeModulefile(install, {
    toolVersion: context.toolVersion,
    images: imageCandidatesOf(install, image?.path),
  });
  const lines = describeResolved(install, modulefile, { easyconfig: loaded.path, image: image?.path, isHere });
  // A value may hold what a terminal obeys.
  for (const line of lines) context.print(formatLine(line));
}

async function renderTextOf(
  install: ResolvedInstall,
  image: ImageFile | undefined,
  { toolVersion }: CommandContext,
): Promise<string> {
  const { renderModulefile } = await import('../../modulefile/render.ts');
  const images = imageCandidatesOf(install, image?.path);
  return renderModulefile(describeModulefile(install, { toolVersion, images }), install.modulesTool);
}
