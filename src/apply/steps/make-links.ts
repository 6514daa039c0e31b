import { makeDirectory } from '../../host/files.ts';
import { makeSymbolicLink } from '../../host/links.ts';
import { joinHost } from '../../lib/paths.ts';
import { measureFile } from '../measured.ts';
import type { StepDoer } from '../types.ts';

export const makeLinks: StepDoer<'make-links'> = {
  apply: async ({ directory, links }, { plan, measured }) => {
    await makeDirectory(directory);
    for (const { name, target } of links) {
      const path = joinHost(directory, name);
      await makeSymbolicLink(target, path);
      measured.files.push({ ...(await measureFile(plan.staging, path, {})), link: target });
    }
  },
};
