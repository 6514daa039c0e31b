import { discoverImage, discoverImageContents } from '../../discover/image.ts';
import type { VariantRequest } from '../../easyconfig/variant-changes.ts';
import { isDirectory, statIfThere } from '../../host/files.ts';
import { describeImage, describeLabels } from '../../image/describe-image.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { hostPath } from '../../lib/paths.ts';
import { containerPathOf, containerVariablesOf } from '../../modulefile/container-environment.ts';
import { resolveInstall } from '../../resolve/resolve-install.ts';
import type { VariableOrigin } from '../../resolve/types.ts';
import { namesOfScripts } from '../../scripts/names.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { prefixesOf } from '../all-prefixes.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';
import { findInstalled } from '../find-installed.ts';
import { type VariantFlags, variantOfFlags } from '../install-request.ts';
import { bindLinkedPlaces } from '../install-target.ts';
import { loadEasyconfig, unresolvable } from '../load-easyconfig.ts';
import { withWritablePrefix } from '../writable-prefix.ts';
import { copyEasyconfig } from './copy-easyconfig.ts';

export interface ShowFlags extends VariantFlags {
  readonly copy?: boolean;
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
    return showEasyconfig(thing, variant, { settings: await withWritablePrefix(settings, context), context });
  return showModule(thing, settings, context);
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

async function showModule(moduleName: string, settings: Settings, context: CommandContext): Promise<void> {
  const { installDir, record } = await findInstalled(moduleName, prefixesOf(settings), context);
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
  variant: VariantRequest,
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
  if (context.isJson)
    return context.print(
      JSON.stringify({ easyconfig: loaded.path, ...install, imageFound: image ?? null }, undefined, 2),
    );
  // A value may hold what a terminal obeys.
  const print = (line: string): void => context.print(formatLine(line));
  print(`${install.moduleName}, from ${loaded.path}`);
  print(`  install dir  ${install.installDir}`);
  print(`  modulefile   ${install.modulefile}`);
  print(`  image        ${install.image.file}: ${image === undefined ? 'not found here' : image.path}`);
  for (const { host, container, access, optional, origin } of install.binds) {
    const here = (await statIfThere(host)) === undefined ? 'not here' : 'here';
    print(
      `  bind         ${host} → ${container}${access === 'ro' ? ' read-only' : ''} (${origin}${optional ? ', optional' : ''}; ${here})`,
    );
  }
  for (const { name: script, directory } of install.scripts) print(`  script       ${directory}/${script}`);
  for (const [variable, value] of Object.entries(install.env.module))
    print(`  outside      ${variable}=${value} (${describeOrigin(install.env.origins[variable])})`);
  for (const { name: variable, value } of containerVariablesOf(install)) print(`  inside       ${variable}=${value}`);
  print(`  inside       PATH begins with ${containerPathOf(install).join(':')}`);
}

function describeOrigin(of: VariableOrigin | undefined): string {
  if (of === undefined) return 'ctinstall';
  return of.overruled === undefined ? of.origin : `${of.origin}: the easyconfig's ${of.overruled} counts for nothing`;
}
