import { basename } from 'node:path';
import { discoverImageContents } from '../../discover/image.ts';
import { lookIntoImage } from '../../discover/look-into-image.ts';
import { programsToLookFor } from '../../easyconfig/draft.ts';
import { type ImageFacts, noFacts } from '../../easyconfig/image-facts.ts';
import { describeBadImageSource, schemeOf } from '../../easyconfig/image-source.ts';
import { describeBadFileName } from '../../easyconfig/rules.ts';
import { isDirectory, statIfThere } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { maskSecrets } from '../../lib/mask-secrets.ts';
import { type HostPath, hostPath } from '../../lib/paths.ts';
import { discoverRuntime } from '../../runtime/runtime.ts';
import type { Settings } from '../../settings/types.ts';
import { readBuiltFacts } from '../build/read-record.ts';
import type { Context } from '../context.ts';

/** Whether an argument says where an image is to be brought from: `dokcer://x` is no file, but a source with a fault. */
export function isSource(image: string): boolean {
  return schemeOf(image) !== undefined || (/^[\w+.-]+:\/\//.test(image) && !image.startsWith('/'));
}

/** What is known of a source without pulling it. @throws CtinstallError `usage` where it is none */
export function factsOfSource(source: string): ImageFacts {
  const bad = describeBadImageSource(source);
  if (bad !== undefined)
    throw new CtinstallError('usage', `\`${formatValue(maskSecrets(source))}\` ${bad}`, {
      hint: 'such as `docker://docker.io/library/python:3.12`',
    });
  return { ...noFacts, source };
}

export interface FactsOfFile {
  readonly facts: ImageFacts;
  /** Why nobody looked into the image. */
  readonly notLooked: string | undefined;
}

/**
 * What an image file says of itself, and what is inside.
 * @throws CtinstallError `image-…` where it is none that runs here
 */
export async function factsOfFile(path: HostPath, settings: Settings, context: Context): Promise<FactsOfFile> {
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
  const [said, sha256] = await Promise.all([
    factsOfImage(path, { file }, { settings, context }),
    hashFile(path, context.signal),
  ]);
  return { ...said, facts: { ...said.facts, sha256 } };
}

/** The same of an image that was brought from a source: its file's name and checksum say nothing. */
export async function factsOfBrought(
  path: HostPath,
  source: string,
  where: { readonly settings: Settings; readonly context: Context },
): Promise<FactsOfFile> {
  return factsOfImage(path, { source }, where);
}

/** What an image file says of itself, and what is inside, without its checksum. */
export async function factsOfImage(
  path: HostPath,
  known: Partial<ImageFacts>,
  { settings, context }: { readonly settings: Settings; readonly context: Context },
): Promise<FactsOfFile> {
  const { image, metadata, unusable } = await discoverImageContents(path);
  if (unusable !== undefined) throw unusable;
  const facts: ImageFacts = {
    ...noFacts,
    ...known,
    created: image.kind === 'sif' ? image.created : undefined,
    labels: metadata.labels.kind === 'found' ? metadata.labels.value : {},
    definition: metadata.definition.kind === 'found' ? metadata.definition.value : undefined,
    runscript: metadata.runscript.kind === 'found' ? metadata.runscript.value : undefined,
    built: await readBuiltFacts(path, image),
  };
  const looked = await look(path, programsToLookFor(facts), { settings, context });
  return {
    facts: { ...facts, inside: looked.inside },
    notLooked: looked.inside === undefined ? looked.why : undefined,
  };
}

async function look(
  path: HostPath,
  programs: readonly string[],
  { settings, context: { environment, signal } }: { readonly settings: Settings; readonly context: Context },
) {
  const runtime = await discoverRuntime(settings.runtime, environment);
  if (runtime.kind === 'missing')
    return { inside: undefined, why: `no container runtime: ${runtime.tried.join(', ')}` };
  return lookIntoImage(
    { image: path, programs },
    { runtime: runtime.value.path, environment, root: hostPath('/'), signal },
  );
}
