import { existsSync, lstatSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeMksquashfs } from './fakes.ts';
import { done, type Install, makeInstall, type Ran, run, waitFor } from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

const host = hostname();
const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

function makeFilled(): Install {
  const install = makeInstall();
  install.write('lib/a.py', 'a');
  return install;
}

/** Number of a process that has ended. */
async function deadProcess(): Promise<number> {
  let dead = 0;
  await run(['true'], { onStart: (pid) => (dead = pid) });
  return dead;
}

/** When a process began, in clock ticks since the start of the machine. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Makes packing wait until the file `go` is there, after it made the file `begun`. */
function slowDown(install: Install): { begun: string; go: () => void } {
  fakeMksquashfs(install, 'touch "$1/../begun"; until [[ -e $1/../go ]]; do sleep 0.02; done; real "$@"');
  return {
    begun: join(install.root, 'begun'),
    go: () => writeFileSync(join(install.root, 'go'), ''),
  };
}

describe('while another run is at work', () => {
  test.each(['make-squashfs', 'unmake-squashfs'])('%s fails, and names it', async (script) => {
    const install = makeFilled();
    const { begun, go } = slowDown(install);
    let holder = 0;
    const first = install.make([], {
      onStart: (pid) => (holder = pid),
      env: { SLURM_JOB_ID: '4711' },
    });
    await waitFor(begun);
    expect(lstatSync(install.lock).isSymbolicLink()).toBe(true);
    const second = await install.run(script);
    expect(second).toMatchObject({ status: 1, stdout: '' });
    expect(second.stderr).toMatch(
      new RegExp(
        `^error: another run is at work on this user software: process ${holder} of ${userInfo().username} on ${host}, Slurm job 4711\n` +
          `hint: run it again when that one is done; if that process is surely gone: rm '.*user-software\\.lock'\n$`,
      ),
    );
    go();
    expect(await first).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(describeTree(install.directory));
    expect(existsSync(install.lock)).toBe(false);
  });

  test('the command of the hint does what it says', async () => {
    const install = makeFilled();
    symlinkSync('another-node:1:1:boot:someone:', install.lock);
    const { stderr } = await install.make();
    const command = /if that process is surely gone: (.*)\n$/.exec(stderr)?.[1] ?? '';
    expect(await run(['bash', '-c', command])).toMatchObject(done);
    expect(await install.make()).toMatchObject(done);
  });
});

describe('a lock that was left', () => {
  test('by a process of another node is believed', async () => {
    const install = makeFilled();
    const said = `another-node:${await deadProcess()}:1:${boot}:someone:`;
    symlinkSync(said, install.lock);
    const ran = await install.make();
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('of someone on another-node\n');
    expect(readlinkSync(install.lock)).toBe(said);
    expect(existsSync(install.squashfs)).toBe(false);
  });

  test('by a process that is alive is believed', async () => {
    const install = makeFilled();
    symlinkSync(`${host}:${process.pid}:${startOf(process.pid)}:${boot}:someone:`, install.lock);
    expect((await install.make()).status).toBe(1);
  });

  test.each<[string, () => Promise<string>]>([
    ['by a process that is gone', async () => `${host}:${await deadProcess()}:12345:${boot}:someone:`],
    ['by one whose number another has now', async () => `${host}:${process.pid}:1:${boot}:someone:`],
    ['before the machine was started anew', async () => `${host}:${process.pid}:${startOf(process.pid)}:old:someone:`],
  ])('%s is taken over', async (_what, say) => {
    const install = makeFilled();
    symlinkSync(await say(), install.lock);
    expect(await install.make()).toMatchObject(done);
    expect(install.leftovers()).toEqual([]);
  });

  test('with the lock for taking it over left as well', async () => {
    const install = makeFilled();
    const [first, second, third] = [await deadProcess(), await deadProcess(), await deadProcess()];
    symlinkSync(`${host}:${first}:11:${boot}:someone:`, install.lock);
    symlinkSync(`${host}:${second}:22:${boot}:someone:`, `${install.lock}.after-${host}-${first}-11`);
    symlinkSync(
      `${host}:${third}:33:${boot}:someone:`,
      `${install.lock}.after-${host}-${first}-11.after-${host}-${second}-22`,
    );
    expect(await install.make()).toMatchObject(done);
    expect(install.leftovers()).toEqual([]);
  });

  test('as something else is named, and left alone', async () => {
    const install = makeFilled();
    writeFileSync(install.lock, 'mine');
    const ran = await install.make();
    expect(ran).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('user-software.lock` cannot be made: File exists'),
    });
    expect(readFileSync(install.lock, 'utf8')).toBe('mine');
  });
});

test('many at once, of which each finds the lock of a dead process: never do two work at the same time', async () => {
  const install = makeFilled();
  // A directory can be made by one only.
  fakeMksquashfs(
    install,
    'mkdir "$1/../alone" || { touch "$1/../two"; exit 1; }; sleep 0.1; real "$@"; rmdir "$1/../alone"',
  );
  for (let round = 0; round < 6; round++) {
    symlinkSync(`${host}:${await deadProcess()}:${round + 1}:${boot}:someone:`, install.lock);
    const all: Ran[] = await Promise.all(Array.from({ length: 8 }, () => install.make()));
    expect(existsSync(join(install.root, 'two'))).toBe(false);
    expect(all.filter(({ status }) => status === 0).length).toBeGreaterThan(0);
    for (const { status, stderr } of all)
      if (status !== 0) expect(stderr).toMatch(/^error: another run is at work on this user software: process \d+ of /);
    expect(install.leftovers()).toEqual([]);
  }
  expect(await install.make()).toMatchObject(done);
});
