import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../src/plan/steps/step.ts';
import type { Plan } from '../../src/plan/types.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { everyStep, type Site, sitePlan } from '../apply/install-support.ts';
import { describeTree, writeTree } from '../apply/support.ts';
import { previousOf } from '../plan/support.ts';
import { replaceTree, useKillProgram } from './kill-support.ts';

/*
 * A run ends before each of its changes to the file system, one after the other, and the next run clears up. What was
 * installed before is whole all the time, and nothing is left of the killed run. By the words of
 * src/transaction/README.md: each run passes `untouched`, `staged`, `journalled`, `half-published`, `published` and
 * `committed`, and what the next run does in each is what that page says.
 */

let site: Site;
const { site: siteOfTest, run, momentsOf } = useKillProgram();
beforeEach(() => {
  site = siteOfTest();
});

/** What the next run does before its own work. */
async function recover(plan: Plan): Promise<void> {
  const options = { environment: {}, reporter: { report: () => undefined }, waits: true };
  await withInstallLock(plan, options, async () => undefined);
}

/** What a user sees: modulefiles and installs; directories that are empty count for nothing. */
function contents(directory: string, leavesOut: (path: string) => boolean = () => false): Record<string, string> {
  return Object.fromEntries(
    Object.entries(describeTree(directory)).filter(([path]) => !path.endsWith('/') && !leavesOut(path)),
  );
}

/** The record and the log tell times; a dead lock of the module's versions is for the next run that marks them. */
const tellsTimes = (path: string): boolean =>
  /\.ctinstall\/(record\.json|install\.log|locks\/demo\.versions\.lock)$/.test(path);

/** The modulefile loads an image and run scripts that are there and belong together. */
function expectWhole(plan: Plan): void {
  if (!existsSync(plan.modulefile)) return;
  const read = (path: string): string => readFileSync(join(plan.installDir, path), 'utf8');
  expect(['old image', 'new image']).toContain(read('demo.sif'));
  expect(read('runscripts/conda-python-simple')).not.toBe('');
  expect(read('user-software/venv/torch/bin/python')).toBe('python\n');
}

/** An install, and the plan that replaces it. */
async function prepareRebuild() {
  const making = `${everyStep}post_install: [make it]\n`;
  const old = sitePlan(site, { image: 'old image', more: making });
  expect(await run('apply', old)).toMatchObject({ status: 0, stderr: '' });
  writeTree(old.installDir, { 'user-software/venv/torch/mine': 'mine', 'notes.txt': 'notes' });
  const before = contents(site.prefix);
  const more = making.replace('wrappers: [start-shell]', 'wrappers: []').replace('bin/start-shell', 'bin');
  const plan = sitePlan(site, {
    image: 'new image',
    more: more.replace('files: [bin]', 'files: []'),
    hasUserSoftware: true,
    hasVenv: true,
    previous: previousOf(['demo.sif', 'bin/start-shell', '.ctinstall/record.json'], 'demo.sif'),
  });
  const kept = join(site.prefix, '../kept');
  replaceTree(site.prefix, kept);
  await run('apply', plan);
  const done = contents(site.prefix, tellsTimes);
  expect(done).not.toEqual(contents(kept, tellsTimes));
  expect(readFileSync(join(plan.installDir, 'share/made'), 'utf8')).toBe('new image');
  replaceTree(kept, site.prefix);
  const expectOldOrNew = (): 'old' | 'new' => {
    const isOld = readFileSync(join(plan.installDir, 'demo.sif'), 'utf8') === 'old image';
    if (isOld) expect(contents(site.prefix)).toEqual(before);
    else expect(contents(site.prefix, tellsTimes)).toEqual(done);
    return isOld ? 'old' : 'new';
  };
  return { plan, expectOldOrNew };
}

describe('killed at any moment', () => {
  it('a first install leaves nothing, or is done', async () => {
    const plan = sitePlan(site, { image: 'new image', more: `${everyStep}post_install: [make it, add data]\n` });
    await run('apply', plan);
    const done = contents(site.prefix, tellsTimes);
    const seen = { undone: 0, done: 0 };
    rmSync(site.prefix, { recursive: true });
    for (const reach of await momentsOf('apply', plan)) {
      await reach();
      expectWhole(plan);
      const isLoadable = existsSync(plan.modulefile);
      await recover(plan);
      // What somebody may have loaded stays.
      expect(existsSync(plan.modulefile)).toBe(isLoadable);
      expect(contents(site.prefix, tellsTimes)).toEqual(isLoadable ? done : {});
      seen[isLoadable ? 'done' : 'undone'] += 1;
      expectWhole(plan);
    }
    expect(seen.undone).toBeGreaterThan(20);
    expect(seen.done).toBeGreaterThan(2);
  });

  it('a rebuild leaves the old install, or is done', async () => {
    const { plan, expectOldOrNew } = await prepareRebuild();
    const seen = { old: 0, new: 0 };
    for (const reach of await momentsOf('apply', plan)) {
      await reach();
      expectWhole(plan);
      await recover(plan);
      seen[expectOldOrNew()] += 1;
    }
    expect(seen.old).toBeGreaterThan(30);
    expect(seen.new).toBeGreaterThan(2);
  });

  it('a rebuild, and again while the next run clears up, leaves the old install', async () => {
    const { plan, expectOldOrNew } = await prepareRebuild();
    // All is published, and it is killed before the modulefile is written.
    const purpose = 'sanity check on the host: kill';
    const killer: Step = { kind: 'run-on-host', purpose, cwd: site.prefix, environment: {}, command: 'kill -9 $PPID' };
    const steps = plan.steps.flatMap((step): Step[] => (step.kind === 'publish' ? [step, killer] : [step]));
    expect(await run('apply', { ...plan, steps })).toMatchObject({ signal: 'SIGKILL' });
    expect(readFileSync(join(plan.installDir, 'demo.sif'), 'utf8')).toBe('new image');
    for (const reach of await momentsOf('recover', plan)) {
      await reach();
      expectWhole(plan);
      await recover(plan);
      expect(expectOldOrNew()).toBe('old');
    }
  });
});
