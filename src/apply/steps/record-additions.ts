import { lstatIfThere } from '../../host/files.ts';
import { hashFile } from '../../host/hash-file.ts';
import { readLink } from '../../host/links.ts';
import { joinHost } from '../../lib/paths.ts';
import type { RecordAdditionsStep } from '../../plan/steps/record-additions.ts';
import { findUnlisted } from '../../records/find-unlisted.ts';
import { measureFile } from '../measured.ts';
import type { Measured, StepDoer } from '../types.ts';

export const recordAdditions: StepDoer<'record-additions'> = {
  apply: (step, { measured }) => measureAgain(step, measured),
};

/**
 * Measures what is staged after commands of the recipe ran: files that they added belong to the install, and what they
 * changed is measured again.
 */
async function measureAgain({ root }: RecordAdditionsStep, measured: Measured): Promise<void> {
  const files = [];
  for (const file of measured.files) {
    const path = joinHost(root, file.path);
    const stats = await lstatIfThere(path);
    if (stats === undefined) continue;
    const isAsRecorded = stats.size === file.size && stats.mtimeMs === file.mtimeMs;
    files.push(isAsRecorded || file.link !== undefined ? file : await measureFile(root, path, await hashFile(path)));
  }
  for (const added of await findUnlisted(root, new Set(files.map(({ path }) => path)))) {
    const path = joinHost(root, added);
    const stats = await lstatIfThere(path);
    const file = await measureFile(root, path, stats?.isFile() === true ? await hashFile(path) : undefined);
    files.push(stats?.isSymbolicLink() === true ? { ...file, link: await readLink(path) } : file);
  }
  measured.files.splice(0, measured.files.length, ...files);
}
