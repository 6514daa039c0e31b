import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/apply/apply-plan.ts';
import { type InstallRecord, readRecord } from '../../src/apply/record.ts';
import { uninstallFiles } from '../../src/apply/uninstall.ts';
import { withInstallLock } from '../../src/apply/with-install-lock.ts';
import type { Plan } from '../../src/plan/types.ts';
import { makeRecorder, makeSite, type Site, sitePlan } from './install-support.ts';
import { describeTree, writeTree } from './support.ts';

let site: Site;
let plan: Plan;
let record: InstallRecord;
beforeEach(async () => {
  site = makeSite();
  plan = sitePlan(site, { image: 'image', more: '' });
  const options = { environment: site.environment, reporter: makeRecorder(), waits: true };
  await withInstallLock(plan, options, () => applyPlan(plan, options));
  const read = await readRecord(plan.installDir);
  if (read?.record === undefined) throw new Error('not installed');
  record = read.record;
});
afterEach(() => site.remove());

const files = (): string[] => Object.keys(describeTree(site.prefix)).filter((path) => !path.endsWith('/'));

describe('uninstallFiles', () => {
  it('removes all that was installed, and the directories that are empty then', async () => {
    await uninstallFiles(plan, record, { removesUserSoftware: false });
    expect(files()).toEqual([]);
    expect(existsSync(join(site.prefix, 'software/demo'))).toBe(false);
    expect(existsSync(join(site.prefix, 'modules/demo'))).toBe(false);
  });

  it('keeps user software, and files of the user’s', async () => {
    writeTree(plan.installDir, { 'user-software/x': 'mine', 'user-software.squashfs': 'packed', 'bin/mine': 'mine' });
    await uninstallFiles(plan, record, { removesUserSoftware: false });
    const kept = ['bin/mine', 'user-software.squashfs', 'user-software/x'].map((path) => `software/demo/1.0-x/${path}`);
    expect(files().toSorted()).toEqual(kept);
    await uninstallFiles(plan, record, { removesUserSoftware: true });
    expect(files()).toEqual(['software/demo/1.0-x/bin/mine']);
  });

  it('is led nowhere else by a record', async () => {
    writeTree(site.root, { 'victim/file': 'x', 'absolute/file': 'x' });
    writeTree(plan.installDir, { 'user-software/x': 'mine' });
    const evil = ['../../../../victim/file', join(site.root, 'absolute/file'), 'user-software/x', '', '.'];
    const more = evil.map((path) => ({ path, size: 0, mode: 0 }));
    await uninstallFiles(plan, { ...record, files: [...record.files, ...more] }, { removesUserSoftware: false });
    for (const path of ['victim/file', 'absolute/file']) expect(readFileSync(join(site.root, path), 'utf8')).toBe('x');
    expect(files()).toEqual(['software/demo/1.0-x/user-software/x']);
  });

  it('can be finished where it was killed', async () => {
    await uninstallFiles(plan, { ...record, files: [] }, { removesUserSoftware: false });
    await uninstallFiles(plan, record, { removesUserSoftware: false });
    expect(files()).toEqual([]);
  });
});
