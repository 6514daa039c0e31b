import { basename } from 'node:path';
import { discoverImageContents } from '../../discover/image.ts';
import { lookIntoImage } from '../../discover/look-into-image.ts';
import { describeIssues } from '../../easyconfig/describe-issue.ts';
import { type Draft, draftEasyconfig, type ImageFacts } from '../../easyconfig/draft.ts';
import { describeBadImageSource, schemeOf } from '../../easyconfig/image-source.ts';
import { fileNameOf } from '../../easyconfig/normalize.ts';
import { parseEasyconfig } from '../../easyconfig/parse.ts';
import { renderDraft } from '../../easyconfig/render-draft.ts';
import { describeBadFileName } from '../../easyconfig/rules.ts';
import { isDirectory, lstatIfThere, readTextIfThere, statIfThere, writeFileWhole } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type HostPath, hostPath, joinHost } from '../../lib/paths.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';

export interface NewOptions {
  /** A file, or the source of one. */
  readonly image: string;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  readonly output?: string;
  readonly force?: boolean;
}

export interface NewEasyconfig {
  /** Where it was written; undefined where it is to be printed. */
  readonly path: HostPath | undefined;
  readonly text: string;
  readonly draft: Draft;
}

/** Writes a first easyconfig from an image file, or from the source of one. Nothing that is there is overwritten. */
export async function newEasyconfig(
  { image, settings: overrides, ...flags }: NewOptions,
  context: Context,
): Promise<NewEasyconfig> {
  const settings = await readSettingsOf(context, overrides, { needsPrefix: false });
  const { facts, notLooked } = isSource(image)
    ? { facts: factsOfSource(image), notLooked: 'a source is not pulled for this' }
    : await factsOfFile(hostPath(image, context.cwd), settings, context);
  const draft = draftEasyconfig(facts);
  const to = placeOf(draft, flags, context);
  const text = renderDraft(draft, {
    facts,
    groups: Object.keys(settings.bindGroups),
    schema: await schemaFor(to, context),
    image: maskSecrets(image),
    notLooked,
  });
  refuseFaults(text);
  const made = { path: to, text, draft };
  if (to === undefined) return made;
  if (flags.force !== true && (await lstatIfThere(to)) !== undefined) {
    // Given again, the command finds what it wrote.
    if ((await readTextIfThere(to).catch(() => undefined)) === text) return made;
    throw new CtinstallError('usage', `\`${to}\` is there already`, {
      hint: 'name another file with `--output <file>`, print it with `--output -`, or overwrite it with `--force`',
    });
  }
  await writeFileWhole(to, text, 0o666);
  return made;
}

function isSource(image: string): boolean {
  // `dokcer://x` is no file, but a source with a fault.
  return schemeOf(image) !== undefined || (/^[\w+.-]+:\/\//.test(image) && !image.startsWith('/'));
}

function factsOfSource(source: string): ImageFacts {
  const bad = describeBadImageSource(source);
  if (bad !== undefined)
    throw new CtinstallError('usage', `\`${formatValue(maskSecrets(source))}\` ${bad}`, {
      hint: 'such as `docker://docker.io/library/python:3.12`',
    });
  return { ...nothing, source };
}

const nothing: ImageFacts = {
  file: undefined,
  source: undefined,
  sha256: undefined,
  created: undefined,
  labels: {},
  definition: undefined,
  runscript: undefined,
  inside: undefined,
};

async function factsOfFile(
  path: HostPath,
  settings: Settings,
  context: Context,
): Promise<{ facts: ImageFacts; notLooked: string | undefined }> {
  if ((await statIfThere(path)) === undefined)
    throw new CtinstallError('image-not-found', `no image at \`${path}\``, {
      hint: 'name an image file, or a source such as `docker://…`',
    });
  if (await isDirectory(path)) throw new CtinstallError('image-invalid', `\`${path}\` is a directory, not an image`);
  const file = basename(path);
  const bad = describeBadFileName(file);
  if (bad !== undefined)
    throw new CtinstallError('image-invalid', `\`${formatValue(file)}\` ${bad}`, {
      hint: 'give the image another name',
    });
  const { image, metadata, unusable } = await discoverImageContents(path);
  if (unusable !== undefined) throw unusable;
  const [looked, sha256] = await Promise.all([look(path, settings, context), hashFile(path, context.signal)]);
  const facts = {
    ...nothing,
    file,
    sha256,
    created: image.kind === 'sif' ? image.created : undefined,
    labels: metadata.labels.kind === 'found' ? metadata.labels.value : {},
    definition: metadata.definition.kind === 'found' ? metadata.definition.value : undefined,
    runscript: metadata.runscript.kind === 'found' ? metadata.runscript.value : undefined,
    inside: looked.inside,
  };
  return { facts, notLooked: looked.inside === undefined ? looked.why : undefined };
}

async function look(path: HostPath, settings: Settings, { environment, signal }: Context) {
  const runtime = await discoverRuntime(settings.runtime, environment);
  if (runtime.kind === 'missing')
    return { inside: undefined, why: `no container runtime: ${runtime.tried.join(', ')}` };
  return lookIntoImage(path, runtime.value.path, { environment, root: hostPath('/'), signal });
}

/** Undefined where it is to be printed. */
function placeOf(draft: Draft, { output }: Pick<NewOptions, 'output'>, { cwd }: Context): HostPath | undefined {
  if (output === '-') return undefined;
  return output === undefined ? joinHost(cwd, fileNameOf(draft)) : hostPath(output, cwd);
}

/** The schema that ships with ctinstall, if an editor can find it. */
async function schemaFor(to: HostPath | undefined, { toolDir }: Context): Promise<string | undefined> {
  const schema = joinHost(toolDir, 'schemas', 'easyconfig.schema.json');
  return to !== undefined && (await statIfThere(schema)) !== undefined ? schema : undefined;
}

/** What is written must be an easyconfig, whatever the image says of itself. */
function refuseFaults(text: string): void {
  const { issues } = parseEasyconfig(text);
  if (issues.length === 0) return;
  throw new CtinstallError('easyconfig-invalid', 'no easyconfig can be made of what the image says of itself', {
    details: describeIssues('draft', maskSecrets(text), issues),
    hint: 'write one by hand; `ctinstall show <image>` says what is in the image',
  });
}
