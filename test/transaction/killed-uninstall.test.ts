import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory, rename } from '../../src/host/files.ts';
import { joinHost } from '../../src/lib/paths.ts';
import type { Plan } from '../../src/plan/types.ts';
import { readRecord } from '../../src/records/record.ts';
import { commitPublish, retiredModulefile, writeJournal } from '../../src/transaction/journal.ts';
import { uninstallFiles } from '../../src/transaction/uninstall.ts';
import { setUserSoftwareAside } from '../../src/transaction/uninstall-steps.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { makeRecorder, type Site, sitePlan } from '../apply/install-support.ts';
import { describeTree, writeTree } from '../apply/support.ts';
import { replaceTree, useKillProgram } from './kill-support.ts';

/*
 * An uninstall ends before each of its changes to the file system, one after the other. Right after that the module, if
 * it is there, is whole; then the next run either puts all back (`set-aside` in src/transaction/README.md) or removes all
 * (`removing`), and never a part of the user software.
 */

let site: Site;
const { site: siteOfTest, run, momentsOf } = useKillProgram();
beforeEach(() => {
  site = siteOfTest();
});

/** The next run: clears up, and uninstalls if asked to. */
async function next(what: string, plan: Plan): Promise<void> {
  await withInstallLock(plan, { environment: {}, reporter: makeRecorder(), waits: true }, async () => {
    const record = what === 'recover' ? undefined : (await readRecord(plan.installDir))?.record;
    if (record !== undefined) await uninstallFiles(plan, record, { removesUserSoftware: what === 'uninstall all' });
  });
}

/** All files; directories that are empty count for nothing. */
const contents = (directory: string): Record<string, string> =>
  Object.fromEntries(Object.entries(describeTree(directory)).filter(([path]) => !path.endsWith('/')));

const only = (tree: Record<string, string>, isWanted: (path: string) => boolean): Record<string, string> =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => isWanted(path)));

const isUsers = (path: string): boolean => /\/(user-software|notes)/.test(path);

const userSoftware = {
  'user-software/venv/torch/mine': 'mine',
  'user-software/deep/er/file': 'x',
  'user-software.squashfs': 'packed',
  'user-software.replaced-1/old': 'kept aside',
};

describe('killed at any moment', () => {
  it.each([
    ['uninstall', 'keeps user software', 30],
    ['uninstall all', 'removes user software, all or nothing', 35],
  ])('%s %s', async (what, _, fewest) => {
    const plan = sitePlan(site, { image: 'the image' });
    await run('apply', plan);
    writeTree(plan.installDir, { ...userSoftware, 'notes.txt': 'the user’s' });
    const before = contents(site.prefix);
    const users = only(before, isUsers);
    const gone = what === 'uninstall' ? users : only(before, (path) => path.endsWith('notes.txt'));
    expect(Object.keys(users)).toHaveLength(6);

    const seen = { 'put back': 0, removed: 0 };
    const moments = await momentsOf(what, plan);
    for (const reach of moments) {
      await reach();
      const now = contents(site.prefix);
      // Where the module can be loaded, what it loads is whole.
      if (existsSync(plan.modulefile)) expect(now).toMatchObject(before);
      if (what === 'uninstall') expect(now).toMatchObject(users);

      // The record tells of the install as long as anything of it is there.
      const own = only(now, (path) => path.includes('software/demo') && !isUsers(path));
      if (Object.keys(own).some((path) => !path.endsWith('.lock')))
        expect(own).toHaveProperty(['software/demo/1.0-x/.ctinstall/record.json']);

      await next('recover', plan);
      const after = contents(site.prefix);
      const isBack = existsSync(plan.modulefile);
      expect(after).toEqual(isBack ? before : gone);
      seen[isBack ? 'put back' : 'removed'] += 1;
      await next(what, plan);
      expect(contents(site.prefix)).toEqual(gone);
    }
    expect(moments.length).toBeGreaterThan(fewest);
    expect(seen['put back']).toBeGreaterThan(10);
    expect(seen.removed).toBeGreaterThan(10);
  });

  it('and killed again while it is cleared up', async () => {
    const plan = sitePlan(site, { image: 'the image' });
    await run('apply', plan);
    writeTree(plan.installDir, userSoftware);
    const before = contents(site.prefix);
    // What an uninstall leaves that is killed as late as all can be put back, and as early as all must be removed.
    const record = (await readRecord(plan.installDir))?.record;
    const files = (record?.files ?? []).map(({ path }) => path);
    await makeDirectory(plan.retired);
    await writeJournal(plan.retired, {
      installDir: plan.installDir,
      modulefile: plan.modulefile,
      hadModulefile: true,
      hadInstallDir: true,
      replaced: [],
      added: [],
      leftovers: [...files, '.ctinstall/easyconfig.yaml', '.ctinstall/install.log', '.ctinstall/record.json'],
      isUninstall: true,
    });
    await rename(plan.modulefile, joinHost(plan.retired, retiredModulefile));
    await setUserSoftwareAside(plan.installDir);
    const left = join(site.prefix, '../left');
    let count = 0;
    for (const wanted of [before, {}]) {
      if (wanted !== before) await commitPublish(plan.retired);
      replaceTree(site.prefix, left);
      const moments = await momentsOf('recover', plan);
      count += moments.length;
      for (const reach of moments) {
        await reach();
        await next('recover', plan);
        expect(contents(site.prefix)).toEqual(wanted);
      }
      replaceTree(left, site.prefix);
    }
    expect(count).toBeGreaterThanOrEqual(40);
  });
});
