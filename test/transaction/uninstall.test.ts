import type { PathLike } from 'node:fs';
import { existsSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyPlan } from '../../src/apply/apply-plan.ts';
import type { Plan } from '../../src/plan/types.ts';
import { type InstallRecord, readRecord } from '../../src/records/record.ts';
import { uninstallFiles } from '../../src/transaction/uninstall.ts';
import { putUserSoftwareBack, setUserSoftwareAside } from '../../src/transaction/uninstall-steps.ts';
import { withInstallLock } from '../../src/transaction/with-install-lock.ts';
import { makeRecorder, makeSite, type Site, sitePlan } from '../apply/install-support.ts';
import { describeTree, writeTree } from '../apply/support.ts';
import { failure } from '../image/failure.ts';

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
afterEach(() => {
  vi.restoreAllMocks();
  site.remove();
});

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

  it('removes images that were kept for running jobs, and what was kept of packing', async () => {
    writeTree(plan.installDir, { '.ctinstall/retired/x/demo.sif': 'old', '.ctinstall/user-software.lineage': 'x' });
    await uninstallFiles(
      plan,
      { ...record, retired: ['.ctinstall/retired/x/demo.sif', '../../../escape'] },
      { removesUserSoftware: true },
    );
    expect(files()).toEqual([]);
  });

  describe('at each of its renames, the last of which is final', () => {
    const failAt = (last: number, onLast: () => void): void => {
      const real = fs.rename;
      let count = 0;
      vi.spyOn(fs, 'rename').mockImplementation(async (from: PathLike, to: PathLike) => {
        count += 1;
        if (count === last) onLast();
        await real(from, to);
      });
    };
    const uninstallAll = (signal?: AbortSignal): Promise<void> =>
      uninstallFiles(plan, record, { removesUserSoftware: true, signal });
    beforeEach(() => {
      writeTree(plan.installDir, { 'user-software/x': 'mine', 'user-software.squashfs': 'packed' });
    });

    it.each([1, 2, 3, 4, 5])('%i: puts all back when it fails', async (last) => {
      const before = files();
      const tree = describeTree(plan.installDir);
      failAt(last, () => {
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      });
      expect((await failure(uninstallAll())).code).toBe('filesystem');
      expect(files()).toEqual(before);
      expect(describeTree(plan.installDir)).toEqual(tree);
    });

    it.each([1, 2, 3, 4])('%i: puts all back when it is stopped', async (last) => {
      const before = files();
      const tree = describeTree(plan.installDir);
      const stop = new AbortController();
      failAt(last, () => stop.abort());
      expect((await failure(uninstallAll(stop.signal))).code).toBe('interrupted');
      expect(files()).toEqual(before);
      expect(describeTree(plan.installDir)).toEqual(tree);
    });

    it('5: goes on to the end when it is stopped', async () => {
      const stop = new AbortController();
      failAt(5, () => stop.abort());
      await uninstallAll(stop.signal);
      expect(files()).toEqual([]);
    });
  });

  it('puts user software back beside what has come in its place', async () => {
    writeTree(plan.installDir, { 'user-software/x': 'old' });
    await setUserSoftwareAside(plan.installDir);
    writeTree(plan.installDir, { 'user-software/x': 'new' });
    await putUserSoftwareBack(plan.installDir);
    expect(readFileSync(join(plan.installDir, 'user-software/x'), 'utf8')).toBe('new');
    expect(readFileSync(join(plan.installDir, 'user-software.before-uninstall-1/x'), 'utf8')).toBe('old');
    expect(existsSync(join(plan.installDir, '.ctinstall/uninstalled'))).toBe(false);
  });

  it('works where there is no room for a note', async () => {
    writeTree(plan.installDir, { 'user-software/x': 'mine' });
    vi.spyOn(fs, 'open').mockRejectedValue(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
    await uninstallFiles(plan, record, { removesUserSoftware: true });
    vi.restoreAllMocks();
    expect(files()).toEqual([]);
  });
});
