import { makeDirectory, rename, writeFileWhole } from '../../host/files.ts';
import { hostPath, joinHost } from '../../lib/paths.ts';
import { commitPublish } from '../../transaction/journal.ts';
import { retiredLog } from '../plan-facts.ts';
import type { StepDoer } from '../types.ts';

/** With the modulefile in place the install is there: what comes after is clearing up. */
export const writeModulefile: StepDoer<'write-modulefile'> = {
  apply: async ({ path, content }, { plan, measured }) => {
    // Moved into place when there is no way back: until then an earlier install keeps its log.
    await writeFileWhole(retiredLog(plan), `${measured.log.join('\n')}\n`, 0o644);
    await makeDirectory(hostPath('..', path));
    await writeFileWhole(path, content, 0o644);
    await commitPublish(plan.retired);
    measured.isCommitted = true;
    await rename(retiredLog(plan), joinHost(plan.installDir, '.ctinstall', 'install.log'));
  },
};
