import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/types.ts';
import { makeSite, type Site, sitePlan } from './install-support.ts';
import { bundle, describeTree, type Ended, writeTree } from './support.ts';

/*
 * An uninstall is killed before each of its changes to the file system, one after the other. Right after that the module, if
 * it is there, is whole; then the next run either puts all back or removes all, and never a part of the user software.
 */

let programs: string;
let program: string;
beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'ctinstall-kill-program-'));
  program = await bundle('test/apply/apply-program.ts', programs);
});
afterAll(() => rmSync(programs, { recursive: true }));

let site: Site;
beforeEach(() => {
  site = makeSite({ isInMemory: true });
});
afterEach(() => site.remove());

function run(what: string, plan: Plan, killAt = 0): Promise<Ended> {
  const file = join(site.root, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const child = spawn(process.execPath, [program, what, file], {
    env: { ...site.environment, KILL_AT: String(killAt) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal, stderr })));
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
    const kept = join(site.prefix, '../kept');
    cpSync(site.prefix, kept, { recursive: true, preserveTimestamps: true });
    const before = contents(site.prefix);
    const users = only(before, isUsers);
    const gone = what === 'uninstall' ? users : only(before, (path) => path.endsWith('notes.txt'));
    expect(Object.keys(users)).toHaveLength(6);

    const seen = { kills: 0, 'put back': 0, removed: 0 };
    for (let killAt = 1, isKilled = true; isKilled; killAt += 1) {
      rmSync(site.prefix, { recursive: true, force: true });
      cpSync(kept, site.prefix, { recursive: true, preserveTimestamps: true });
      const { signal, stderr } = await run(what, plan, killAt);
      isKilled = signal === 'SIGKILL';
      if (!isKilled) expect(stderr).toBe('');
      const now = contents(site.prefix);
      // Where the module can be loaded, what it loads is whole.
      if (existsSync(plan.modulefile)) expect(now).toMatchObject(before);
      if (what === 'uninstall') expect(now).toMatchObject(users);

      if (isKilled) {
        seen.kills += 1;
        expect(await run('recover', plan)).toMatchObject({ status: 0, stderr: '' });
      }
      const after = contents(site.prefix);
      const isBack = existsSync(plan.modulefile);
      expect(after).toEqual(isBack ? before : gone);
      seen[isBack ? 'put back' : 'removed'] += 1;
      expect(await run(what, plan)).toMatchObject({ status: 0, stderr: '' });
      expect(contents(site.prefix)).toEqual(gone);
    }
    expect(seen.kills).toBeGreaterThanOrEqual(fewest);
    expect(seen['put back']).toBeGreaterThan(10);
    expect(seen.removed).toBeGreaterThan(10);
  });

  it('and killed again while it is cleared up', async () => {
    const plan = sitePlan(site, { image: 'the image' });
    await run('apply', plan);
    writeTree(plan.installDir, userSoftware);
    const before = contents(site.prefix);
    const kept = join(site.prefix, '../kept');
    cpSync(site.prefix, kept, { recursive: true, preserveTimestamps: true });
    /** Kills the uninstall as late, or as early, as it leaves the journal that is named. */
    const leave = async (journal: string, moments: readonly number[]): Promise<string> => {
      for (const killAt of moments) {
        rmSync(site.prefix, { recursive: true, force: true });
        cpSync(kept, site.prefix, { recursive: true, preserveTimestamps: true });
        await run('uninstall all', plan, killAt);
        if (existsSync(join(plan.retired, journal))) break;
      }
      const left = join(site.prefix, `../left-${journal}`);
      cpSync(site.prefix, left, { recursive: true, preserveTimestamps: true });
      return left;
    };
    const moments = Array.from({ length: 60 }, (_, index) => index + 1);
    const cases = [
      [await leave('journal.json', moments.toReversed()), before],
      [await leave('committed.json', moments), {}],
    ] as const;
    let kills = 0;
    for (const [left, wanted] of cases)
      for (let killAt = 1, isKilled = true; isKilled; killAt += 1) {
        rmSync(site.prefix, { recursive: true, force: true });
        cpSync(left, site.prefix, { recursive: true, preserveTimestamps: true });
        isKilled = (await run('recover', plan, killAt)).signal === 'SIGKILL';
        if (isKilled) kills += 1;
        expect(await run('recover', plan)).toMatchObject({ status: 0, stderr: '' });
        expect(contents(site.prefix)).toEqual(wanted);
      }
    expect(kills).toBeGreaterThanOrEqual(40);
  });

  it('the record is there as long as anything of the install is', async () => {
    const plan = sitePlan(site, { image: 'the image' });
    await run('apply', plan);
    const kept = join(site.prefix, '../kept');
    cpSync(site.prefix, kept, { recursive: true, preserveTimestamps: true });
    for (let killAt = 1, isKilled = true; isKilled; killAt += 1) {
      rmSync(site.prefix, { recursive: true, force: true });
      cpSync(kept, site.prefix, { recursive: true, preserveTimestamps: true });
      isKilled = (await run('uninstall', plan, killAt)).signal === 'SIGKILL';
      const files = Object.keys(contents(plan.installDir)).filter((path) => !/^(\.ctinstall\/)?user-software/.test(path));
      if (files.length > 0) expect(readFileSync(join(plan.installDir, '.ctinstall/record.json'), 'utf8')).not.toBe('');
    }
  });
});
