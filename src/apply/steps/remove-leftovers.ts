import { removeOtherModulefiles } from '../../records/other-modulefiles.ts';
import { removeLeftovers as removeFiles } from '../../records/remove-leftovers.ts';
import { notMade } from '../plan-facts.ts';
import type { StepDoer } from '../types.ts';

export const removeLeftovers: StepDoer<'remove-leftovers'> = {
  apply: async ({ root, files }, { plan, measured, areasOf }) => {
    await removeOtherModulefiles(plan.installDir, plan.modulefile, areasOf);
    await removeFiles(root, notMade(files, measured));
  },
};
