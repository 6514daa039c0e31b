import type { Stats } from 'node:fs';
import type { ContentHash } from '../host/copy-file.ts';
import { lstatIfThere, readTextIfThere, statIfThere } from '../host/files.ts';
import { readLink } from '../host/links.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { compareContent } from './compare-content.ts';
import { type FindAreas, findOtherModulefiles } from './other-modulefiles.ts';
import { type InstallRecord, sha256Of } from './record.ts';

/** One thing that is not as the record says. */
export interface Difference {
  /** Full path. */
  readonly path: HostPath;
  readonly what: string;
}

export interface VerifyOptions {
  /** Compares sizes, modes and times of change only, and reads no content. */
  readonly isQuick: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Checks the structure of an image; what is wrong with it, or undefined. */
  readonly checkImage: (path: HostPath) => Promise<string | undefined>;
  /** Where many are compared: what is the same for all of them. */
  readonly areasOf?: FindAreas;
}

/**
 * Compares an install with its record: every file (kind, size, mode, content), the modulefile and the image's structure.
 * An own image that the user removed to use the central one is no difference. User software is not looked at.
 */
export async function verifyInstall(
  installDir: HostPath,
  record: InstallRecord,
  options: VerifyOptions,
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const file of record.files) {
    const path = joinHost(installDir, file.path);
    const isImage = file.path === record.image?.file;
    const what = await compareFile(path, { ...file, isImage }, options).catch(asDifference);
    if (what === 'is not there' && isImage && (await hasCentralImage(record))) continue;
    if (what !== undefined) found.push({ path, what });
    else if (isImage) {
      const fault = await options.checkImage(path);
      if (fault !== undefined) found.push({ path, what: fault });
    }
  }
  if (record.image?.how === 'central') {
    const path = hostPath(record.image.source);
    const what =
      (await compareTarget({ path, stats: await statIfThere(path) }, record.image, options).catch(asDifference)) ??
      (await options.checkImage(path));
    if (what !== undefined && !(what === 'is not there' && (await hasCentralImage(record)))) found.push({ path, what });
  }
  const modulefile = hostPath(record.modulefile);
  const what = await compareModulefile(modulefile, record.modulefileSha256).catch(asDifference);
  if (what !== undefined) found.push({ path: modulefile, what });
  for (const path of await findOtherModulefiles(installDir, modulefile, options.areasOf))
    found.push({ path, what: 'is a second modulefile, which may be loaded instead' });
  return found;
}

async function compareFile(
  path: HostPath,
  file: InstallRecord['files'][number] & { readonly isImage: boolean },
  options: VerifyOptions,
): Promise<string | undefined> {
  const stats = await lstatIfThere(path);
  if (stats === undefined) return 'is not there';
  if (file.link !== undefined) {
    const target = stats.isSymbolicLink() ? await readLink(path) : undefined;
    if (target !== file.link) return `is not the link to \`${file.link}\` any more`;
    // A wrapper leads to another file of the install, which has an entry of its own.
    // Of what else a link of the recipe leads to, nothing is recorded.
    const isMeasured = file.isImage || file.sha256 !== undefined || file.digest !== undefined;
    if (!file.link.startsWith('/') || !isMeasured) return undefined;
    return compareTarget({ path, stats: await statIfThere(path) }, file, options);
  }
  if (!stats.isFile()) return 'is no regular file';
  const mode = stats.mode & 0o7777;
  if (mode !== file.mode) return `has mode ${mode.toString(8)} instead of ${file.mode.toString(8)}`;
  const { isQuick } = options;
  if (isQuick && stats.size === file.size && file.mtimeMs !== undefined && stats.mtimeMs !== file.mtimeMs)
    return 'was written to since';
  return compareTarget({ path, stats }, file, options);
}

/** Of a file, or of what a link leads to. */
async function compareTarget(
  { path, stats }: { readonly path: HostPath; readonly stats: Stats | undefined },
  expected: { readonly size?: number } & Partial<ContentHash>,
  { isQuick, signal }: VerifyOptions,
): Promise<string | undefined> {
  if (stats?.isFile() !== true) return stats === undefined ? 'is not there' : 'is no regular file';
  if (stats.size !== expected.size) return `has ${stats.size} bytes instead of ${expected.size}`;
  return isQuick ? undefined : compareContent(path, expected, signal);
}

async function compareModulefile(path: HostPath, sha256: string | undefined): Promise<string | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) return 'is not there';
  return sha256 !== undefined && sha256Of(text) !== sha256 ? 'is not what ctinstall wrote' : undefined;
}

/** One file that cannot be read must not keep the others from being looked at. */
function asDifference(error: unknown): string {
  if (!(error instanceof CtinstallError) || error.code === 'interrupted') throw error;
  return `could not be looked at: ${error.message}`;
}

async function hasCentralImage({ centralImages }: InstallRecord): Promise<boolean> {
  for (const image of centralImages) if ((await statIfThere(image))?.isFile() === true) return true;
  return false;
}
