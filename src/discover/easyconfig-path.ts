import { isDirectory } from '../host/files.ts';
import { type Finding, foundThing, missingThing } from '../lib/finding.ts';
import type { HostPath } from '../lib/paths.ts';
import { findEasyconfigs } from './easyconfigs.ts';

/**
 * A line for each directory of the easyconfig path: how many easyconfigs it has, or that it is not there where the settings
 * name it. Those of prefixes come with the first easyconfig that is kept there.
 */
export async function checkEasyconfigPath(
  directories: readonly HostPath[],
  named: readonly HostPath[],
  signal?: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const directory of directories) {
    const what = 'easyconfigs';
    if (!(await isDirectory(directory))) {
      const hint = 'take it out of `easyconfigs` in the settings';
      if (named.includes(directory)) findings.push(missingThing(what, [`\`${directory}\``], { hint }));
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
