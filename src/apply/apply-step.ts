import { copyFileHashed } from '../host/copy-file.ts';
import { isDirectory, isFile, makeDirectory, statIfThere, writeFileWhole } from '../host/files.ts';
import { assertNever } from '../lib/assert-never.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { describeStep } from '../plan/describe-step.ts';
import type {
  CheckPathsStep,
  CopyImageStep,
  Plan,
  RemoveLeftoversStep,
  Step,
  WriteFileStep,
  WriteRecordStep,
} from '../plan/types.ts';
import type { ApplyOptions } from './apply-plan.ts';
import { publish } from './publish.ts';
import { type RecordedFile, renderRecord, sha256Of } from './record.ts';
import { removeBelow } from './remove-below.ts';
import { runInContainer } from './run-in-container.ts';

/** What was measured while the steps ran: goes into the record. */
export interface Measured {
  image: { sha256: string | undefined; how: string } | undefined;
  readonly files: RecordedFile[];
  readonly log: string[];
}

/** Does one step. */
export async function applyStep(step: Step, plan: Plan, measured: Measured, options: ApplyOptions): Promise<void> {
  switch (step.kind) {
    case 'make-directory':
      return makeDirectory(step.path);
    case 'copy-image':
      return copyImage(step, plan, measured, options);
    case 'write-file':
      return writeStaged(step, plan, measured);
    case 'run-in-container':
      return runInContainer(step, { ...options, log: (line) => measured.log.push(line) });
    case 'write-record':
      return writeRecord(step, plan, measured);
    case 'publish':
      return publish(step, plan.retired, commitmentOf(plan));
    case 'check-paths':
      return checkPaths(step);
    case 'write-modulefile':
      // Moved into place when there is no way back: until then an earlier install keeps its log.
      await writeFileWhole(retiredLog(plan), `${measured.log.join('\n')}\n`, 0o644);
      await makeDirectory(hostPath('..', step.path));
      return writeFileWhole(step.path, step.content, 0o644);
    case 'remove-leftovers':
      return removeLeftovers(step);
    default:
      return assertNever(step);
  }
}

/** Where the log of an install waits for the modulefile. */
export function retiredLog({ retired }: Plan): HostPath {
  return joinHost(retired, 'install.log');
}

/** What makes a publish final, and what is left to do then. */
function commitmentOf({ steps }: Plan): { modulefileSha256?: string; leftovers: string[] } {
  const modulefile = steps.find((step) => step.kind === 'write-modulefile')?.content;
  const leftovers = steps.find((step) => step.kind === 'remove-leftovers')?.files ?? [];
  return { ...(modulefile === undefined ? {} : { modulefileSha256: sha256Of(modulefile) }), leftovers: [...leftovers] };
}

async function copyImage(
  step: CopyImageStep,
  plan: Plan,
  measured: Measured,
  { reporter, signal }: ApplyOptions,
): Promise<void> {
  const title = describeStep(step);
  const copied = await copyFileHashed(step.from, step.to, {
    needsHash: step.sha256 !== undefined,
    mode: 0o644,
    onProgress: (done) => reporter.report({ event: 'progress', title, done, total: step.size, unit: 'bytes' }),
    signal,
  });
  if (step.sha256 !== undefined && copied.sha256 !== step.sha256)
    throw new CtinstallError('checksum-mismatch', `\`${step.from}\` is not the image that the easyconfig names`, {
      details: [`  expected SHA-256 ${step.sha256}`, `  it has           ${copied.sha256}`],
      hint: 'get the image again; if the new one is meant, put its SHA-256 into the easyconfig',
    });
  measured.image = { sha256: copied.sha256, how: copied.how };
  await record(step.to, plan, measured, copied.sha256);
}

async function writeStaged(step: WriteFileStep, plan: Plan, measured: Measured): Promise<void> {
  await writeFileWhole(step.path, step.content, step.mode);
  await record(step.path, plan, measured, sha256Of(step.content));
}

async function record(path: string, plan: Plan, measured: Measured, sha256: string | undefined): Promise<void> {
  const stats = await statIfThere(path);
  measured.files.push({
    path: path.slice(plan.staging.length + 1),
    size: stats?.size ?? 0,
    mode: (stats?.mode ?? 0) & 0o7777,
    mtimeMs: stats?.mtimeMs,
    sha256,
  });
}

async function writeRecord(step: WriteRecordStep, plan: Plan, measured: Measured): Promise<void> {
  const image = measured.image ?? { sha256: undefined, how: 'copied' };
  const modulefile = plan.steps.find((other) => other.kind === 'write-modulefile')?.content ?? '';
  const text = renderRecord(step.record, {
    installed: new Date().toISOString(),
    modulefileSha256: sha256Of(modulefile),
    image,
    files: measured.files,
  });
  await writeFileWhole(step.path, text, 0o644);
}

async function checkPaths({ root, files, dirs }: CheckPathsStep): Promise<void> {
  const missing: string[] = [];
  for (const file of files) if (!(await isFile(joinHost(root, file)))) missing.push(`file ${file}`);
  for (const directory of dirs)
    if (!(await isDirectory(joinHost(root, directory)))) missing.push(`directory ${directory}`);
  if (missing.length > 0)
    throw new CtinstallError('sanity-check-failed', `sanity check: not in the install dir: ${missing.join(', ')}`, {
      hint: 'mend `sanity_check_paths` in the easyconfig',
    });
}

async function removeLeftovers({ root, files }: RemoveLeftoversStep): Promise<void> {
  for (const file of files) await removeBelow(root, file);
}
