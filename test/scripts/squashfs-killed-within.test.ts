import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeMksquashfs, fakeUnsquashfs } from './fakes.ts';
import { type Install, killQuietly, makeInstall, waitFor } from './install.ts';
import {
  expectNextRunToSucceed,
  expectNothingLost,
  fill,
  holdingsOf,
  type Scenario,
  scenarios,
  skipSync,
  succeed,
} from './killed.ts';
import { describeSquashfs, describeTree } from './tree.ts';

describe.each(['alone', 'with all that it started'])('while the squashfs tools are at work, %s', (how) => {
  const runs = ['packing again, and removing the directory', 'unpacking', 'unpacking in place of a changed directory'];
  test.each(runs)('%s', async (what) => {
    const scenario = scenarios[what];
    if (scenario === undefined) throw new Error(what);
    const install = makeInstall();
    skipSync(install);
    await scenario.prepare(install);
    writeFileSync(join(install.fakes, 'large'), randomBytes(4_000_000));
    const begun = join(install.fakes, 'begun');
    fakeMksquashfs(install, `touch ${begun}; real "$@"`);
    fakeUnsquashfs(install, `touch ${begun}; real "$@"`);
    // From the start of the tool on, in milliseconds.
    for (const delay of [0, 30, 80, 200]) {
      rmSync(install.squashfs, { force: true });
      // In many files, so that unpacking takes its time as well.
      fill(install);
      execFileSync('split', ['-b', '20000', '-a', '4', join(install.fakes, 'large'), join(install.directory, 'part')]);
      await succeed(
        install.make(scenario.script === 'unmake-squashfs' && what === 'unpacking' ? ['--remove-directory'] : []),
      );
      if (what !== 'unpacking') install.write('lib/new', `${delay}`);
      const before = holdingsOf(install);
      rmSync(begun, { force: true });
      const ran = await install.run(scenario.script, ['--processors', '1', ...scenario.args], {
        env: { CTINSTALL_SQUASHFS_COMPRESSION: 'gzip' },
        onStart: (pid) =>
          void waitFor(begun).then(() => setTimeout(() => killQuietly(how === 'alone' ? pid : -pid), delay)),
      });
      expect(ran.signal === 'SIGKILL' || ran.status === 0).toBe(true);
      expectNothingLost(before, holdingsOf(install), scenario);
      await expectNextRunToSucceed(install, before, scenario);
    }
  });
});

describe('a squashfs tool that goes on alone after its script was killed', () => {
  /** Tells that it has begun, waits to be told to go on, and tells that it has ended. */
  const orphan =
    'touch "$SIGNS/begun"; until [[ -e $SIGNS/go ]]; do sleep 0.02; done; real "$@" >"$SIGNS/out" 2>&1; touch "$SIGNS/end"';

  /** Starts the script, kills it but not the tool that it runs, and gives back how to let that end. */
  async function killBeside(install: Install, script: Scenario['script']): Promise<() => Promise<void>> {
    const signs = join(install.fakes, 'signs');
    mkdirSync(signs);
    let pid = 0;
    const running = install.run(script, [], {
      env: { SIGNS: signs },
      onStart: (started) => (pid = started),
    });
    await waitFor(join(signs, 'begun'));
    process.kill(pid, 'SIGKILL');
    for (const name of ['mksquashfs', 'unsquashfs']) rmSync(join(install.fakes, name), { force: true });
    return async () => {
      writeFileSync(join(signs, 'go'), '');
      await waitFor(join(signs, 'end'));
      expect(await running).toMatchObject({ signal: 'SIGKILL' });
    };
  }

  test('mksquashfs: what it leaves later has no name that counts, and is cleared', async () => {
    const install = makeInstall();
    fill(install);
    const before = describeTree(install.directory);
    fakeMksquashfs(install, orphan);
    const letItEnd = await killBeside(install, 'make-squashfs');
    await succeed(install.make());
    await letItEnd();
    expect(describeSquashfs(install.squashfs)).toEqual(before);
    expect(install.leftovers()).toEqual([expect.stringMatching(/^\.user-software\.squashfs\..*\.part$/)]);
    await succeed(install.make(['--remove-directory']));
    expect(describeSquashfs(install.squashfs)).toEqual(before);
    expect(install.leftovers()).toEqual([]);
  });

  test('unsquashfs: it does not write into what the next run unpacked', async () => {
    const install = makeInstall();
    fill(install);
    const before = describeTree(install.directory);
    await succeed(install.make(['--remove-directory']));
    fakeUnsquashfs(install, orphan);
    const letItEnd = await killBeside(install, 'unmake-squashfs');
    await succeed(install.unmake(['--keep-squashfs']));
    await letItEnd();
    expect(describeTree(install.directory)).toEqual(before);
    expect(install.leftovers()).toEqual([expect.stringMatching(/^\.user-software\..*\.unpack$/)]);
    await succeed(install.unmake());
    expect(describeTree(install.directory)).toEqual(before);
    expect(install.leftovers()).toEqual([]);
  });
});
