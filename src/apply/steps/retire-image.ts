import { makeDirectory } from '../../host/files.ts';
import { linkIfPossible } from '../../host/links.ts';
import { hostPath } from '../../lib/paths.ts';
import type { StepDoer } from '../types.ts';

/** Where the file system has no hard links, what is replaced is kept by those that have it open, as far as it keeps it. */
export const retireImage: StepDoer<'retire-image'> = {
  apply: async ({ from, to }, { plan, measured }) => {
    await makeDirectory(hostPath('..', to));
    if (await linkIfPossible(from, to)) measured.retired.push(to.slice(plan.staging.length + 1));
  },
};
