import { removeTree } from '../host/files.ts';
import { takeLimitsMet } from '../host/limits.ts';
import { CtinstallError } from '../lib/errors.ts';
import { describeStep } from '../plan/describe-step.ts';
import type { Step } from '../plan/steps/step.ts';
import type { Plan } from '../plan/types.ts';
import { noteIn } from '../transaction/noted-command.ts';
import { announceModule } from './announce-module.ts';
import { applyStep, undoStep } from './apply-step.ts';
import { startMeasuring } from './measured.ts';
import { keptImagesOf } from './plan-facts.ts';
import type { Applied, ApplyOptions, StepWork } from './types.ts';

/**
 * Does what a plan says, step by step; to be called with the lock held ({@link withInstallLock}). When a step fails, or
 * the signal is given, everything is put back as it was before the error goes on. After the modulefile is written there
 * is no way back: what is left to do then is clearing up.
 */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<Applied> {
  const measured = startMeasuring();
  const log = (line: string): void => void measured.log.push(line);
  const work: StepWork = { ...options, plan, measured, log, note: noteIn(plan.retired) };
  const begun: Step[] = [];
  try {
    for (const step of plan.steps) {
      if (options.signal?.aborted && !measured.isCommitted) throw new CtinstallError('interrupted', 'interrupted');
      begun.unshift(step);
      await applyAndTell(step, work);
    }
    await removeTree(plan.retired);
    await removeTree(plan.staging);
    await announceModule(plan, options);
    for (const message of takeLimitsMet()) options.reporter.report({ event: 'note', message });
    return { unlisted: measured.unlisted, retired: [...keptImagesOf(plan), ...measured.retired] };
  } catch (error) {
    if (!measured.isCommitted) await putBack(begun, work, error);
    throw error;
  }
}

async function applyAndTell(step: Step, work: StepWork): Promise<void> {
  const { kind } = step;
  const title = describeStep(step);
  const started = performance.now();
  work.reporter.report({ event: 'step-started', step: kind, title });
  work.log(title);
  await applyStep(step, work);
  const seconds = (performance.now() - started) / 1000;
  work.reporter.report({ event: 'step-finished', step: kind, title, seconds });
}

/**
 * Undoes the steps that were begun, the last first.
 * @throws CtinstallError what went wrong first, where putting back fails too
 */
async function putBack(begun: readonly Step[], work: StepWork, error: unknown): Promise<void> {
  try {
    for (const step of begun) await undoStep(step, work);
    await removeTree(work.plan.retired);
    await removeTree(work.plan.staging);
  } catch (second) {
    if (!(error instanceof CtinstallError) || !(second instanceof CtinstallError)) throw second;
    const { code, message, details, hint } = error;
    throw new CtinstallError(code, message, {
      details: [...details, `and not everything could be put back: ${second.message}`],
      hint: second.hint ?? hint,
      cause: second,
    });
  }
}
