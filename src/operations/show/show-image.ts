import { basename } from 'node:path';
import { discoverImageContents } from '../../discover/image.ts';
import { type Draft, draftEasyconfig } from '../../easyconfig/draft.ts';
import type { ImageFacts } from '../../easyconfig/image-facts.ts';
import { isDirectory, statIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { Settings } from '../../settings/types.ts';
import { readBuildRecords } from '../build/read-record.ts';
import type { BuildRecord } from '../build/types.ts';
import type { Context } from '../context.ts';

export type ShownImage = Awaited<ReturnType<typeof discoverImageContents>> & {
  readonly kind: 'image';
  readonly path: HostPath;
  /** What it was built of, where `ctinstall build` made it; the newest first. */
  readonly built: readonly BuildRecord[];
  /** What `ctinstall new` finds; undefined where it was not asked for, and where the image cannot be used. */
  readonly found: FoundInImage | undefined;
};

export interface FoundInImage {
  readonly facts: ImageFacts;
  /** What `ctinstall new` would write. */
  readonly draft: Draft;
  /** Why nobody looked into the image. */
  readonly notLooked: string | undefined;
}

/** Reads an image file; with `looksInside`, also what a container of it shows. */
export async function showImage(
  path: HostPath,
  { looksInside, settings, context }: { looksInside: boolean; settings: Settings; context: Context },
): Promise<ShownImage> {
  if ((await statIfThere(path)) === undefined) throw new CtinstallError('image-not-found', `no image at \`${path}\``);
  if (await isDirectory(path)) throw new CtinstallError('image-invalid', `\`${path}\` is a directory, not an image`);
  const contents = await discoverImageContents(path);
  const wanted = looksInside && contents.unusable === undefined;
  const built = await readBuildRecords(path, contents.image);
  return { kind: 'image', path, ...contents, built, found: wanted ? await look(path, settings, context) : undefined };
}

async function look(path: HostPath, settings: Settings, context: Context): Promise<FoundInImage> {
  const { factsOfImage } = await import('../new/image-facts.ts');
  const { facts, notLooked } = await factsOfImage(path, { file: basename(path) }, { settings, context });
  return { facts, draft: draftEasyconfig(facts), notLooked };
}
