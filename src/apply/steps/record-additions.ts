import { lstatIfThere } from '../../host/files.ts';
import { digestFile } from '../../host/hash-file.ts';
import { readLink } from '../../host/links.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { RecordAdditionsStep } from '../../plan/steps/record-additions.ts';
import { findUnlisted } from '../../records/find-unlisted.ts';
import type { RecordedFile } from '../../records/record.ts';
import { measureFile } from '../measured.ts';
import type { Measured, StepDoer } from '../types.ts';

export const recordAdditions: StepDoer<'record-additions'> = {
  apply: (step, { measured, signal }) => measureAgain(step, measured, signal),
};

/**
 * Measures what is staged after commands of the recipe ran: files that they added belong to the install, and what they
 * changed is measured again.
 */
async function measureAgain(
  { root }: RecordAdditionsStep,
  measured: Measured,
  signal: AbortSignal | undefined,
): Promise<void> {
  const measure = async (path: HostPath): Promise<RecordedFile> =>
    measureFile(root, path, { digest: await digestFile(path, signal) });
  const files = [];
  for (const file of measured.files) {
    const path = joinHost(root, file.path);
    const stats = await lstatIfThere(path);
    if (stats === undefined) continue;
    const isAsRecorded = stats.size === file.size && stats.mtimeMs === file.mtimeMs;
    files.push(isAsRecorded || file.link !== undefined ? file : await measure(path));
  }
  for (const added of await findUnlisted(root, new Set(files.map(({ path }) => path)))) {
    const path = joinHost(root, added);
    const stats = await lstatIfThere(path);
    const file = stats?.isFile() === true ? await measure(path) : await measureFile(root, path, {});
    files.push(stats?.isSymbolicLink() === true ? { ...file, link: await readLink(path) } : file);
  }
  measured.files.splice(0, measured.files.length, ...files);
}
