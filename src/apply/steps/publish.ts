import type { Plan } from '../../plan/types.ts';
import { findUnlisted } from '../../records/find-unlisted.ts';
import { sha256Of } from '../../records/record.ts';
import type { Journal } from '../../transaction/journal.ts';
import { publish as publishStaged, undoPublish } from '../../transaction/publish.ts';
import { keptImagesOf, leftoversOf, modulefileOf, notMade } from '../plan-facts.ts';
import type { Measured, StepDoer } from '../types.ts';

/** What is in the install dir afterwards and in no record is not ctinstall's: it is told, and stays. */
export const publish: StepDoer<'publish'> = {
  apply: async (step, { plan, measured }) => {
    await publishStaged(step, plan.retired, commitmentOf(plan, measured));
    const ours = [...measured.files.map(({ path }) => path), ...leftoversOf(plan), ...keptImagesOf(plan)];
    measured.unlisted = await findUnlisted(step.to, new Set(ours));
  },
  undo: (_, { plan }) => undoPublish(plan.retired),
};

/** What makes a publish final, and what is left to do then. */
function commitmentOf(plan: Plan, measured: Measured): Pick<Journal, 'modulefileSha256' | 'leftovers'> {
  const modulefile = modulefileOf(plan);
  const leftovers = notMade(leftoversOf(plan), measured);
  return { ...(modulefile === undefined ? {} : { modulefileSha256: sha256Of(modulefile) }), leftovers };
}
