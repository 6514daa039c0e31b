import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HostPath, type ModulesTool, modulefileOf } from '../../src/lib/paths.ts';
import type { Plan } from '../../src/plan/types.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { useKillProgram } from '../transaction/kill-support.ts';
import { type Site, sitePlan } from './install-support.ts';

/*
 * An install that was made for one modules tool is made again for the other, and killed before each of its changes to the
 * file system. A modulefile is there all the time; when all is cleared up there is one, and the right one.
 */

const { site: siteOfTest, run, momentsOf } = useKillProgram();

async function recover(plan: Plan): Promise<void> {
  const options = { environment: {}, reporter: { report: () => undefined }, waits: true };
  await withInstallLock(plan, options, async () => undefined);
}

function planFor(site: Site, tool: ModulesTool, image: string): Plan {
  return sitePlan(site, { image, more: '', settings: { modules_tool: tool } });
}

describe.each([
  ['lmod', 'environment-modules'],
  ['environment-modules', 'lmod'],
] as const)('from %s to %s', (from, to) => {
  it('never is without a modulefile, and ends with one', async () => {
    const site = siteOfTest();
    const path = (tool: ModulesTool): HostPath => modulefileOf(site.prefix, 'demo/1.0-x', tool);
    const old = planFor(site, from, 'old image');
    await run('apply', old);
    const plan = planFor(site, to, 'new image');
    expect([old.modulefile, plan.modulefile]).toEqual([path(from), path(to)]);
    const oldText = readFileSync(old.modulefile, 'utf8');
    const seen = { old: 0, new: 0, both: 0 };
    for (const reach of await momentsOf('apply', plan)) {
      await reach();
      const there = [old, plan].map(({ modulefile }) => existsSync(modulefile));
      expect(there).toContain(true);
      if (there.every(Boolean)) seen.both += 1;
      await recover(plan);
      const isOld = existsSync(old.modulefile);
      expect(existsSync(plan.modulefile)).toBe(!isOld);
      expect(readFileSync(join(plan.installDir, 'demo.sif'), 'utf8')).toBe(isOld ? 'old image' : 'new image');
      if (isOld) expect(readFileSync(old.modulefile, 'utf8')).toBe(oldText);
      seen[isOld ? 'old' : 'new'] += 1;
    }
    expect(seen.old).toBeGreaterThan(20);
    expect(seen.new).toBeGreaterThan(2);
    expect(seen.both).toBeGreaterThan(0);
  });
});
