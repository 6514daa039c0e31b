import { discoverImage } from '../../discover/image.ts';
import type { VariantRequest } from '../../easyconfig/variant-changes.ts';
import { readText, statIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { describeModulefile } from '../../modulefile/describe-install.ts';
import type { Modulefile } from '../../modulefile/types.ts';
import type { Decided } from '../../mpi/decide.ts';
import { imageCandidatesOf } from '../../plan/plan-image.ts';
import { resolveInstall } from '../../resolve/resolve-install.ts';
import type { ImageFile, ResolvedInstall } from '../../resolve/types.ts';
import { namesOfScripts } from '../../scripts/names.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { type VariantFlags, variantOfFlags } from '../install/install-request.ts';
import { bindLinkedPlaces, placesOfImage } from '../install/install-target.ts';
import { loadEasyconfig, unresolvable } from '../install/load-easyconfig.ts';
import { refuseSecondEnvironment } from '../install/refuse-second-environment.ts';
import { withWritablePrefix } from '../install/writable-prefix.ts';
import { prefixesOf } from '../installed/all-prefixes.ts';
import { findInstalled, type Installed } from '../installed/find-installed.ts';
import { decideForImage, withDecision } from '../mpi/fit-install.ts';
import { type CopiedEasyconfig, copyEasyconfig } from './copy-easyconfig.ts';
import { type ShownImage, showImage } from './show-image.ts';

export interface ShowOptions extends VariantFlags {
  /** A module name, an easyconfig or an image file. */
  readonly thing: string;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  /** Whether the easyconfig is copied to the current directory. */
  readonly copy?: boolean;
  /** Whether only the text of the easyconfig is wanted, together with what it extends. */
  readonly resolved?: boolean;
  /** Whether of a module only the text of its modulefile is wanted; of an easyconfig it is given anyway. */
  readonly modulefile?: boolean;
  /** Whether of an image only the file itself is wanted, and not what a container of it shows. */
  readonly sif?: boolean;
}

/** What a thing turned out to be. */
export type Shown =
  | ({ readonly kind: 'copied' } & CopiedEasyconfig)
  | ShownImage
  | ({ readonly kind: 'module' } & Installed)
  | { readonly kind: 'modulefile'; readonly text: string }
  | { readonly kind: 'resolved'; readonly text: string }
  | ShownEasyconfig;

/** What an easyconfig becomes on this machine. */
export interface ShownEasyconfig {
  readonly kind: 'easyconfig';
  readonly path: HostPath;
  readonly install: ResolvedInstall;
  readonly image: ImageFile | undefined;
  /** How its MPI reaches the network, where that is asked for and the image is here. */
  readonly mpi: Decided | undefined;
  readonly modulefile: Modulefile;
  /** Text of that. */
  readonly renderText: () => Promise<string>;
  /** For each bind whether its host path is there now. */
  readonly areBindsHere: readonly boolean[];
}

/** Looks at an image file, an easyconfig as it becomes here, or an installed module: by what `thing` looks like. */
export async function show(options: ShowOptions, context: Context): Promise<Shown> {
  const { thing } = options;
  const isImage = /\.(sif|squashfs|sqsh|img)$/.test(thing);
  const needsPrefix = options.copy !== true && options.resolved !== true && !isImage;
  const settings = await readSettingsOf(context, options.settings, { needsPrefix });
  const variant = variantOfFlags(options);
  if (options.copy === true)
    return { kind: 'copied', ...(await copyEasyconfig(thing, variant, { settings, context })) };
  if (isImage) return showImage(hostPath(thing, context.cwd), { looksInside: options.sif !== true, settings, context });
  if (options.resolved === true) {
    const { text } = await loadEasyconfig(thing, { settings, context }, { variant });
    return { kind: 'resolved', text };
  }
  if (/\.ya?ml$/.test(thing))
    return resolveHere(thing, variant, { settings: await withWritablePrefix(settings, context), context });
  const installed = await findInstalled(thing, prefixesOf(settings), context);
  if (options.modulefile !== true) return { kind: 'module', ...installed };
  return { kind: 'modulefile', text: await readText(hostPath(installed.record.modulefile)) };
}

async function resolveHere(
  name: string,
  variant: VariantRequest,
  { settings, context }: { settings: Settings; context: Context },
): Promise<ShownEasyconfig> {
  checkPrefix(settings);
  const loaded = await loadEasyconfig(name, { settings, context }, { variant });
  const resolved = resolveInstall(loaded.easyconfig, settings, {
    runtime: settings.runtime ?? 'singularity',
    scripts: { runscripts: namesOfScripts('runscripts'), wrappers: namesOfScripts('bin') },
  });
  if (resolved.install === undefined) throw unresolvable(loaded, resolved.issues);
  await refuseSecondEnvironment(resolved.install, { settings, context });
  const linked = await bindLinkedPlaces(resolved.install);
  const image = await findImageHere(linked, loaded.path, { settings, context });
  const mpi = await decideHere(linked, image?.path, { settings, context });
  const install = mpi?.decision === undefined ? linked : withDecision(linked, mpi.decision);
  const modulefile = describeModulefile(install, {
    toolVersion: context.toolVersion,
    images: imageCandidatesOf(install, image?.path),
  });
  const renderText = async (): Promise<string> => {
    const { renderModulefile } = await import('../../modulefile/render.ts');
    return renderModulefile(modulefile, install.modulesTool);
  };
  const areBindsHere = await Promise.all(
    install.binds.map(async ({ host }) => (await statIfThere(host)) !== undefined),
  );
  return { kind: 'easyconfig', path: loaded.path, install, image, mpi, modulefile, renderText, areBindsHere };
}

async function findImageHere(
  { image, build }: ResolvedInstall,
  easyconfig: HostPath,
  { settings, context }: { settings: Settings; context: Context },
): Promise<ImageFile | undefined> {
  const isBuilt = build !== undefined && image?.mode === 'copy';
  if (image === undefined || isBuilt) return undefined;
  return discoverImage({
    easyconfig,
    file: image.file,
    asked: undefined,
    directories: settings.imageDirs,
    ...placesOfImage(easyconfig, image.directory),
    cwd: context.cwd,
    installed: undefined,
  }).catch((error: unknown) => {
    if (error instanceof CtinstallError) return undefined;
    throw error;
  });
}

async function decideHere(
  install: ResolvedInstall,
  image: HostPath | undefined,
  { settings, context }: { settings: Settings; context: Context },
): Promise<Decided | undefined> {
  if (install.mpi === undefined || (install.image !== undefined && image === undefined)) return undefined;
  const places = { settings, runtime: settings.runtime ?? 'singularity' };
  return decideForImage(install, { wanted: install.mpi.wanted, image }, { places, context });
}
