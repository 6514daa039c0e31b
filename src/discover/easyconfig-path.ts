import { isDirectory } from '../host/files.ts';
import { type Finding, foundThing, missingThing } from '../lib/finding.ts';
import type { HostPath } from '../lib/paths.ts';
import { findEasyconfigs } from './easyconfigs.ts';

/** A line for each directory of the easyconfig path: whether it is there, and how many easyconfigs it has. */
export async function checkEasyconfigPath(directories: readonly HostPath[], signal?: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const directory of directories) {
    const what = 'easyconfigs';
    if (!(await isDirectory(directory))) {
      findings.push(missingThing(what, [`\`${directory}\``], { hint: 'take it out of `easyconfigs` in the settings' }));
      continue;
    }
    const { along, faults } = await findEasyconfigs({ cwd: directory, directories: [directory] }, signal);
    findings.push(
      foundThing(what, `${directory}: ${along.length}`, faults, {
        hint: faults.length === 0 ? undefined : 'some directories cannot be read',
      }),
    );
  }
  return findings;
}
