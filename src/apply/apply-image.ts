import { copyFileHashed } from '../host/copy-file.ts';
import { makeDirectory, statIfThere } from '../host/files.ts';
import { hashFile } from '../host/hash-file.ts';
import { linkIfPossible, makeSymbolicLink } from '../host/links.ts';
import { CtinstallError } from '../lib/errors.ts';
import { hostPath } from '../lib/paths.ts';
import { describeStep } from '../plan/describe-step.ts';
import type { CopyImageStep } from '../plan/steps/copy-image.ts';
import type { FetchImageStep } from '../plan/steps/fetch-image.ts';
import type { LinkImageStep } from '../plan/steps/link-image.ts';
import type { RetireImageStep } from '../plan/steps/retire-image.ts';
import type { UseCentralImageStep } from '../plan/steps/use-central-image.ts';
import type { Plan } from '../plan/types.ts';
import { fetchChecked, requireSha256 } from '../runtime/fetch-checked.ts';
import { noteIn } from '../transaction/noted-command.ts';
import { measureFile } from './measured.ts';
import type { ApplyOptions, Measured } from './types.ts';

/** What a step that handles the image works with. */
interface ImageWork {
  readonly plan: Plan;
  readonly measured: Measured;
  readonly options: ApplyOptions;
}

export async function copyImage(step: CopyImageStep, { plan, measured, options }: ImageWork): Promise<void> {
  const title = describeStep(step);
  const copied = await copyFileHashed(step.from, step.to, {
    needsHash: step.sha256 !== undefined,
    mode: 0o644,
    expected: step,
    onProgress: (done) => options.reporter.report({ event: 'progress', title, done, total: step.size, unit: 'bytes' }),
    signal: options.signal,
  });
  requireSha256(copied.sha256, step.sha256, step.from);
  measured.image = copied;
  measured.files.push(await measureFile(plan.staging, step.to, copied.sha256));
}

/** @throws CtinstallError `image-changed` where it is not the file that was found and checked */
export async function linkImage(step: LinkImageStep, work: ImageWork): Promise<void> {
  const sha256 = await hashInPlace(step.from, step, work.options.signal);
  await makeSymbolicLink(step.from, step.to);
  work.measured.image = { sha256, size: step.size, how: 'linked' };
  work.measured.files.push({
    ...(await measureFile(work.plan.staging, step.to, sha256)),
    size: step.size,
    link: step.from,
  });
}

export async function useCentralImage(step: UseCentralImageStep, { measured, options }: ImageWork): Promise<void> {
  const sha256 = await hashInPlace(step.path, step, options.signal);
  measured.image = { sha256, size: step.size, how: 'central' };
}

export async function fetchImageInto(step: FetchImageStep, { plan, measured, options }: ImageWork): Promise<void> {
  const { environment, signal } = options;
  const log = (line: string): void => void measured.log.push(`  | ${line}`);
  const sha256 = await fetchChecked({ ...step, environment, signal, log, note: noteIn(plan.retired) });
  const file = await measureFile(plan.staging, step.to, sha256);
  measured.image = { sha256, size: file.size, how: 'fetched' };
  measured.files.push(file);
}

/** Where the file system has no hard links, what is replaced is kept by those that have it open, as far as it keeps it. */
export async function retireImage(step: RetireImageStep, { plan, measured }: ImageWork): Promise<void> {
  await makeDirectory(hostPath('..', step.to));
  if (await linkIfPossible(step.from, step.to)) measured.retired.push(step.to.slice(plan.staging.length + 1));
}

async function hashInPlace(
  path: string,
  expected: Pick<LinkImageStep, 'size' | 'mtimeMs' | 'sha256'>,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const sha256 = expected.sha256 === undefined ? undefined : await hashFile(path, signal);
  const stats = await statIfThere(path);
  if (stats?.size !== expected.size || stats.mtimeMs !== expected.mtimeMs)
    throw new CtinstallError('image-changed', `\`${path}\` changed while it was read`, {
      hint: 'wait until whoever writes it is done, then run again',
    });
  requireSha256(sha256, expected.sha256, path);
  return sha256;
}
