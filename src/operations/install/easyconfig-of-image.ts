import { basename } from 'node:path';
import { findEasyconfigs } from '../../discover/easyconfigs.ts';
import { readExtended } from '../../discover/read-extended.ts';
import { mayExtend } from '../../easyconfig/extend.ts';
import { fullVersionOf, normalizeEasyconfig } from '../../easyconfig/normalize.ts';
import { parseEasyconfig } from '../../easyconfig/parse.ts';
import { replaceTemplates } from '../../easyconfig/templates.ts';
import type { Easyconfig } from '../../easyconfig/types.ts';
import { hashFile } from '../../host/hash-file.ts';
import { readTexts } from '../../host/many-files.ts';
import { type HostPath, installDirOf } from '../../lib/paths.ts';
import { readRecord } from '../../records/record.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, easyconfigPath } from '../context.ts';

export interface EasyconfigOfImage {
  readonly path: HostPath;
  /** Whether its module is. */
  readonly isInstalled: boolean;
}

/**
 * The easyconfig that was written for an image file, or for the source of one: in the current directory, else along the
 * path. One that gives another checksum is for another image.
 */
export async function findEasyconfigOfImage(
  { source, image }: { source: string | undefined; image: HostPath | undefined },
  { settings, context }: { settings: Settings; context: Context },
): Promise<EasyconfigOfImage | undefined> {
  const named = source ?? basename(image ?? '');
  const directories = easyconfigPath(context, settings);
  const { here, along } = await findEasyconfigs({ cwd: context.cwd, directories }, context.signal);
  const paths = [...new Set([...here, ...along])];
  const texts = await readTexts(paths, context.signal);
  let hash: string | undefined;
  for (const [at, path] of paths.entries()) {
    const text = texts[at];
    // Most are ruled out by this; with templates in it, a name is not found, and a draft is made.
    if (typeof text !== 'string' || !(mayExtend(text) || text.includes(named.replaceAll('%', '%%')))) continue;
    const { easyconfig: written } = parseEasyconfig((await readExtended(path, text))?.text ?? text);
    if (written === undefined) continue;
    const easyconfig = normalizeEasyconfig(written);
    if (easyconfig.image === undefined) continue;
    const { file, sha256, source: from } = easyconfig.image;
    if (fill(source === undefined ? file : (from ?? ''), easyconfig) !== named) continue;
    if (image !== undefined && sha256 !== undefined) hash ??= await hashFile(image, context.signal);
    if (hash !== undefined && sha256 !== undefined && hash !== sha256) continue;
    const installDir = installDirOf(settings.prefix, easyconfig.name, fullVersionOf(easyconfig));
    return { path, isInstalled: (await readRecord(installDir))?.record !== undefined };
  }
  return undefined;
}

function fill(text: string, { name, version, versionsuffix }: Easyconfig): string {
  return replaceTemplates(text, { name, version, versionsuffix, installdir: '' });
}
