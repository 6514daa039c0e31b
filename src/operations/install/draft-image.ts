import { discoverImageContents } from '../../discover/image.ts';
import { draftEasyconfig } from '../../easyconfig/draft.ts';
import { injectChecksum } from '../../easyconfig/inject-checksum.ts';
import { fileNameOf } from '../../easyconfig/normalize.ts';
import { parseEasyconfig } from '../../easyconfig/parse.ts';
import { renderDraft } from '../../easyconfig/render-draft.ts';
import {
  isDirectory,
  isFile,
  makeDirectory,
  readText,
  readTextIfThere,
  statIfThere,
  writeFileWhole,
} from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type HostPath, hostPath, joinHost, ownEasyconfigsOf } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { type FactsOfFile, factsOfBrought, factsOfFile, factsOfSource, isSource } from '../new/image-facts.ts';
import { directoryOf, refuseFaults, schemaFor } from '../new/new-easyconfig.ts';
import { bringImage } from './brought-image.ts';
import { findEasyconfigOfImage } from './easyconfig-of-image.ts';
import type { TellInstall } from './told.ts';

/** What an image that was named in place of an easyconfig is installed by. */
export interface Drafted {
  readonly easyconfig: HostPath;
  /** The image file to take; undefined where it is brought from its source. */
  readonly image: HostPath | undefined;
}

export interface DraftOptions {
  /** What the module is to be called, whatever the image is called. */
  readonly named?: DraftName | undefined;
  /** Where drafts are kept. */
  readonly directory: HostPath;
  readonly dryRun?: boolean;
  /** Whether a draft of before is brought up to the image of now. */
  readonly rebuild?: boolean;
  readonly force?: boolean;
  readonly tell: TellInstall;
  /** Asks whether a draft is to be installed: false for no. @throws CtinstallError where nobody can be asked */
  readonly confirmDraft?: ((draft: AskedDraft) => Promise<boolean>) | undefined;
}

export interface DraftName {
  readonly name: string;
  readonly version: string;
}

export interface AskedDraft {
  readonly easyconfig: HostPath;
  /** The command line that installs it. */
  readonly command: string;
}

/** Whether an argument names an image rather than an easyconfig. */
export async function isImageArgument(argument: string, { cwd }: Pick<Context, 'cwd'>): Promise<boolean> {
  if (isSource(argument) || /\.(sif|sqsh|squashfs|img)$/i.test(argument)) return true;
  const path = hostPath(argument, cwd);
  if (/\.\w+$/.test(argument) || !(await isFile(path))) return false;
  return discoverImageContents(path).then(
    () => true,
    () => false,
  );
}

/**
 * The easyconfig of an image: one that names it, else a first draft, which is kept, shown, and installed once the user has
 * agreed. Undefined where the answer was no.
 * @throws CtinstallError `image-…`, `fetch-failed`, and what `confirmDraft` throws
 */
export async function draftImage(
  argument: string,
  options: DraftOptions,
  where: { settings: Settings; context: Context },
): Promise<Drafted | undefined> {
  const { reporter } = where.context;
  const source = isSource(argument) ? argument : undefined;
  const image = source === undefined ? await findImageOf(argument, where) : undefined;
  const known = options.named !== undefined ? undefined : await findEasyconfigOfImage({ source, image }, where);
  const isOwn = known?.path.startsWith(`${ownEasyconfigsOf(where.settings.prefix)}/`) === true;
  if (known !== undefined && (!isOwn || known.isInstalled || options.dryRun === true)) {
    const message = `${maskSecrets(argument)} is the image of ${known.path}: taking that`;
    reporter.report({ event: 'note', message });
    return { easyconfig: known.path, image };
  }
  const draft = async (): Promise<HostPath> => {
    const looked = await lookAt({ source, image }, options, where);
    return keepDraft(argument, { ...looked, image }, options, where);
  };
  const easyconfig = known?.path ?? (await draft());
  const text = await readText(easyconfig);
  options.tell({ kind: 'drafted', easyconfig, text, isNew: known === undefined }, reporter);
  if (options.dryRun === true) return { easyconfig, image };
  const isFound = image === undefined || isFoundBy(image, text, { easyconfig, ...where });
  const rebuild = options.rebuild === true ? ['--rebuild'] : [];
  const command = formatCommand(['ctinstall', ...rebuild, ...(isFound ? [] : ['--image', image]), easyconfig]);
  const isWanted = (await options.confirmDraft?.({ easyconfig, command })) ?? true;
  return isWanted ? { easyconfig, image } : undefined;
}

/** Whether the easyconfig alone leads to the image: not, where that has been moved since. */
function isFoundBy(
  image: HostPath,
  text: string,
  { easyconfig, settings }: { easyconfig: HostPath; settings: Settings },
): boolean {
  const directory = directoryOf(image, easyconfig, settings);
  if (directory === undefined) return true;
  const written = parseEasyconfig(text).easyconfig?.image;
  return typeof written === 'object' && written.directory === directory;
}

/** A file, or the name of one in an image directory. */
async function findImageOf(
  argument: string,
  { settings, context: { cwd } }: { settings: Settings; context: Context },
): Promise<HostPath> {
  const path = hostPath(argument, cwd);
  if ((await statIfThere(path)) !== undefined || argument.includes('/')) return path;
  for (const directory of settings.imageDirs)
    if (await isFile(joinHost(directory, argument))) return joinHost(directory, argument);
  return path;
}

async function lookAt(
  { source, image }: { source: string | undefined; image: HostPath | undefined },
  { dryRun = false }: DraftOptions,
  where: { settings: Settings; context: Context },
): Promise<FactsOfFile> {
  if (image !== undefined) {
    if (await isDirectory(image))
      throw new CtinstallError('image-invalid', `\`${image}\` is a directory, not an image`);
    return factsOfFile(image, where.settings, where.context);
  }
  const known = factsOfSource(source ?? '');
  if (dryRun) return { facts: known, notLooked: 'a dry run pulls nothing' };
  const brought = await bringImage(source ?? '', where);
  return factsOfBrought(brought, source ?? '', where);
}

type Looked = FactsOfFile & { readonly image: HostPath | undefined };

/** Writes the draft, unless there is one of the same module: that may have been edited. */
async function keepDraft(
  argument: string,
  looked: Looked,
  { directory, ...options }: DraftOptions,
  where: { settings: Settings; context: Context },
): Promise<HostPath> {
  const { file, text } = await renderOf(argument, looked, { directory, named: options.named }, where);
  const path = joinHost(directory, file);
  const before = await readTextIfThere(path);
  if (before === undefined || before === text) {
    await makeDirectory(directory);
    await writeFileWhole(path, text, 0o666);
    return path;
  }
  const { sha256 } = looked.facts;
  const { easyconfig } = parseEasyconfig(before);
  const isRenewed = options.rebuild === true || options.force === true;
  const isSameFile = typeof easyconfig?.image === 'object' && easyconfig.image.file === looked.facts.file;
  if (isRenewed && sha256 !== undefined && isSameFile) {
    await writeFileWhole(path, injectChecksum(before, sha256), 0o666);
    return path;
  }
  const renewal =
    options.named === undefined ? formatCommand(['ctinstall', '--rebuild', maskSecrets(argument)]) : '--force';
  throw new CtinstallError('usage', `\`${path}\` is there already, and describes another image`, {
    hint: `${isSameFile ? `for this image in its place: ${renewal}; ` : ''}for a module beside it: ${formatCommand(['ctinstall', 'new', maskSecrets(argument), '--output', 'other.yaml'])}, and give it another version`,
  });
}

async function renderOf(
  argument: string,
  { facts, notLooked, image }: Looked,
  { directory, named }: Pick<DraftOptions, 'directory' | 'named'>,
  { settings, context }: { settings: Settings; context: Context },
): Promise<{ file: string; text: string }> {
  const own =
    named === undefined ? {} : { ...named, versionsuffix: '', nameFrom: '`--name`', versionFrom: '`--version`' };
  const draft = { ...draftEasyconfig(facts), ...own };
  const text = renderDraft(draft, {
    facts,
    groups: Object.keys(settings.bindGroups),
    schema: await schemaFor(directory, context),
    image: maskSecrets(argument),
    directory: image === undefined ? undefined : directoryOf(image, joinHost(directory, 'x'), settings),
    notLooked,
  });
  refuseFaults(text);
  return { file: fileNameOf(draft), text };
}
