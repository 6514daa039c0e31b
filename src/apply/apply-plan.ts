import { removeTree, rename } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { joinHost } from '../lib/paths.ts';
import { describeStep } from '../plan/describe-step.ts';
import type { Plan } from '../plan/types.ts';
import { commitPublish } from '../transaction/journal.ts';
import { undoPublish } from '../transaction/publish.ts';
import { announceModule } from './announce-module.ts';
import { applyStep, keptImagesOf, retiredLog } from './apply-step.ts';
import { startMeasuring } from './measured.ts';
import type { Applied, ApplyOptions } from './types.ts';

/**
 * Does what a plan says, step by step; to be called with the lock held ({@link withInstallLock}). When a step fails, or
 * the signal is given, everything is put back as it was before the error goes on. After the modulefile is written there
 * is no way back: what is left to do then is clearing up.
 */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<Applied> {
  const measured = startMeasuring();
  let committed = false;
  try {
    for (const step of plan.steps) {
      if (options.signal?.aborted && !committed) throw new CtinstallError('interrupted', 'interrupted');
      const { kind } = step;
      const title = describeStep(step);
      const started = performance.now();
      options.reporter.report({ event: 'step-started', step: kind, title });
      measured.log.push(title);
      await applyStep(step, plan, measured, options);
      if (kind === 'write-modulefile') {
        await commitPublish(plan.retired);
        committed = true;
        await rename(retiredLog(plan), joinHost(plan.installDir, '.ctinstall', 'install.log'));
      }
      options.reporter.report({
        event: 'step-finished',
        step: kind,
        title,
        seconds: (performance.now() - started) / 1000,
      });
    }
    await removeTree(plan.retired);
    await removeTree(plan.staging);
    await announceModule(plan, options);
    return { unlisted: measured.unlisted, retired: [...keptImagesOf(plan), ...measured.retired] };
  } catch (error) {
    if (!committed) await putBack(plan, error);
    throw error;
  }
}

/** @throws CtinstallError what went wrong first, where putting back fails too */
async function putBack(plan: Plan, error: unknown): Promise<void> {
  try {
    await undoPublish(plan.retired);
    await removeTree(plan.staging);
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
