import { isDirectory, isFile, makeDirectory, writeFileWhole } from '../host/files.ts';
import { assertNever } from '../lib/assert-never.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import type { CheckPathsStep } from '../plan/steps/check-paths.ts';
import type { KeepRecordedStep } from '../plan/steps/keep-recorded.ts';
import type { PublishStep } from '../plan/steps/publish.ts';
import type { Step } from '../plan/steps/step.ts';
import type { VerifySignatureStep } from '../plan/steps/verify-signature.ts';
import type { WriteFileStep } from '../plan/steps/write-file.ts';
import type { WriteRecordStep } from '../plan/steps/write-record.ts';
import type { Plan } from '../plan/types.ts';
import { removeOtherModulefiles } from '../records/other-modulefiles.ts';
import { renderRecord, sha256Of } from '../records/record.ts';
import { removeLeftovers } from '../records/remove-leftovers.ts';
import { isUserSoftware } from '../records/user-software.ts';
import { runInContainer } from '../runtime/run-in-container.ts';
import { verifySignature } from '../runtime/verify-signature.ts';
import { noteIn } from '../transaction/noted-command.ts';
import { publish } from '../transaction/publish.ts';
import { makeReadOnly } from '../transaction/read-only.ts';
import { copyImage, fetchImageInto, linkImage, retireImage, useCentralImage } from './apply-image.ts';
import { measureFile } from './measured.ts';
import { checkModulefile } from './steps/check-modulefile.ts';
import { giveToGroup } from './steps/give-to-group.ts';
import { makeConda } from './steps/make-conda.ts';
import { makeWrappers } from './steps/make-wrappers.ts';
import { packUserSoftware } from './steps/pack-user-software.ts';
import { findUnlisted, recordAdditions } from './steps/record-additions.ts';
import { reserveRoom } from './steps/reserve-room.ts';
import { runHook } from './steps/run-hook.ts';
import { runOnHost } from './steps/run-on-host.ts';
import type { ApplyOptions, Measured } from './types.ts';

/** Does one step. */
export async function applyStep(step: Step, plan: Plan, measured: Measured, options: ApplyOptions): Promise<void> {
  const log = (line: string): void => void measured.log.push(line);
  const context = { ...options, log, note: noteIn(plan.retired) };
  switch (step.kind) {
    case 'make-directory':
      return makeDirectory(step.path);
    case 'reserve-room':
      return reserveRoom(step, options);
    case 'verify-signature':
      return checkSignature(step, options, log);
    case 'fetch-image':
      return fetchImageInto(step, { plan, measured, options });
    case 'copy-image':
      return copyImage(step, { plan, measured, options });
    case 'link-image':
      return linkImage(step, { plan, measured, options });
    case 'use-central-image':
      return useCentralImage(step, { plan, measured, options });
    case 'retire-image':
      return retireImage(step, { plan, measured, options });
    case 'keep-recorded':
      return keepRecorded(step, measured);
    case 'make-wrappers':
      return makeWrappers(step, { plan, measured, options });
    case 'make-conda':
      return makeConda(step, { ...options, log });
    case 'pack-user-software':
      return packUserSoftware(step, { ...options, log });
    case 'write-file':
      return writeStaged(step, plan, measured);
    case 'run-in-container':
      await runInContainer(step, context);
      return;
    case 'run-on-host':
      return runOnHost(step, context);
    case 'write-record':
      return writeRecord(step, plan, measured);
    case 'publish':
      return publishStaged(step, plan, measured);
    case 'record-additions':
      return recordAdditions(step, measured);
    case 'check-paths':
      return checkPaths(step);
    case 'write-modulefile':
      // Moved into place when there is no way back: until then an earlier install keeps its log.
      await writeFileWhole(retiredLog(plan), `${measured.log.join('\n')}\n`, 0o644);
      await makeDirectory(hostPath('..', step.path));
      return writeFileWhole(step.path, step.content, 0o644);
    case 'remove-leftovers':
      await removeOtherModulefiles(plan.installDir, plan.modulefile);
      return removeLeftovers(step.root, notMade(step.files, measured));
    case 'run-hook':
      return runHook(step, context);
    case 'check-modulefile':
      return checkModulefile(modulefileOf(plan), step, options);
    case 'give-to-group':
      return giveToGroup(step, plan, options);
    case 'make-read-only':
      return makeReadOnly(step);
    default:
      return assertNever(step);
  }
}

function modulefileOf({ steps }: Plan): string {
  return steps.find((step) => step.kind === 'write-modulefile')?.content ?? '';
}

/** Where the log of an install waits for the modulefile. */
export function retiredLog({ retired }: Plan): HostPath {
  return joinHost(retired, 'install.log');
}

/** What makes a publish final, and what is left to do then. */
function commitmentOf({ steps }: Plan, measured: Measured): { modulefileSha256?: string; leftovers: string[] } {
  const modulefile = steps.find((step) => step.kind === 'write-modulefile')?.content;
  const leftovers = steps.find((step) => step.kind === 'remove-leftovers')?.files ?? [];
  return {
    ...(modulefile === undefined ? {} : { modulefileSha256: sha256Of(modulefile) }),
    leftovers: notMade(leftovers, measured),
  };
}

/** Which wrappers there are is known only once the image is: what a plan would remove may have been made anew. */
function notMade(leftovers: readonly string[], { files }: Measured): string[] {
  const made = new Set(files.map(({ path }) => path));
  return leftovers.filter((path) => !made.has(path));
}

async function writeStaged(step: WriteFileStep, plan: Plan, measured: Measured): Promise<void> {
  await writeFileWhole(step.path, step.content, step.mode);
  measured.files.push(await measureFile(plan.staging, step.path, sha256Of(step.content)));
}

async function writeRecord(step: WriteRecordStep, plan: Plan, measured: Measured): Promise<void> {
  if (measured.image === undefined) throw new RangeError('a plan that records an install before its image is there');
  const modulefile = modulefileOf(plan);
  const text = renderRecord(step.record, {
    installed: new Date().toISOString(),
    modulefileSha256: sha256Of(modulefile),
    image: measured.image,
    files: measured.files,
    retired: measured.retired,
  });
  await writeFileWhole(step.path, text, 0o644);
}

async function keepRecorded({ image, files }: KeepRecordedStep, measured: Measured): Promise<void> {
  measured.image = image;
  for (const { mtimeMs, sha256, link, ...file } of files)
    measured.files.push({ ...file, mtimeMs, sha256, ...(link === undefined ? {} : { link }) });
}

async function checkSignature(
  step: VerifySignatureStep,
  options: ApplyOptions,
  log: (line: string) => void,
): Promise<void> {
  log(`  | ${await verifySignature({ ...step, ...options, log })}`);
}

/** What is in the install dir afterwards and in no record is not ctinstall's: it is told, and stays. */
async function publishStaged(step: PublishStep, plan: Plan, measured: Measured): Promise<void> {
  await publish(step, plan.retired, commitmentOf(plan, measured));
  const leftovers = plan.steps.find((other) => other.kind === 'remove-leftovers')?.files ?? [];
  const ours = [...measured.files.map(({ path }) => path), ...leftovers, ...keptImagesOf(plan)];
  measured.unlisted = await findUnlisted(step.to, new Set(ours));
}

/** Images of an earlier install that the plan leaves under their own names. */
export function keptImagesOf({ steps }: Plan): readonly string[] {
  return steps.find((step) => step.kind === 'write-record')?.record.retired ?? [];
}

async function checkPaths({ root, installDir, files, dirs }: CheckPathsStep): Promise<void> {
  const isThere = async (path: string, is: (path: HostPath) => Promise<boolean>): Promise<boolean> =>
    (await is(joinHost(root, path))) || (isUserSoftware(path) && (await is(joinHost(installDir, path))));
  const missing: string[] = [];
  for (const file of files) if (!(await isThere(file, isFile))) missing.push(`file ${file}`);
  for (const directory of dirs) if (!(await isThere(directory, isDirectory))) missing.push(`directory ${directory}`);
  if (missing.length > 0)
    throw new CtinstallError('sanity-check-failed', `sanity check: not in the install dir: ${missing.join(', ')}`, {
      hint: 'mend `sanity_check_paths` in the easyconfig',
    });
}
