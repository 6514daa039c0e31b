import {
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeMksquashfs } from './fakes.ts';
import { done, type Install, isRoot, makeInstall, type Ran, run, waitFor } from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

const host = hostname();
const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';

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
  test.each(['make-squashfs', 'unmake-squashfs'])('%s --no-wait fails, and names it', async (script) => {
    const install = makeFilled();
    const { begun, go } = slowDown(install);
    let holder = 0;
    const first = install.make([], {
      onStart: (pid) => (holder = pid),
      env: { SLURM_JOB_ID: '4711' },
    });
    await waitFor(begun);
    expect(lstatSync(install.lock).isSymbolicLink()).toBe(true);
    expect(await install.run(script, ['--no-wait'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        `error: another run is at work on this user software: process ${holder} of ${userInfo().username} on ${host}, Slurm job 4711\n` +
        'hint: run it again when that one is done\n',
    });
    go();
    expect(await first).toMatchObject(done);
    expect(describeSquashfs(install.squashfs)).toEqual(describeTree(install.directory));
    expect(existsSync(install.lock)).toBe(false);
  });

  test('another one waits, says for whom, and then does its work', async () => {
    const install = makeFilled();
    const { begun, go } = slowDown(install);
    let holder = 0;
    const first = install.make([], { onStart: (pid) => (holder = pid) });
    await waitFor(begun);
    const second = install.unmake([], {
      onError: (said) => {
        if (said.includes('waiting for')) go();
      },
    });
    expect(await first).toMatchObject(done);
    expect(await second).toMatchObject({
      status: 0,
      stderr: `waiting for process ${holder} of ${userInfo().username} on ${host}\n`,
    });
    expect(existsSync(install.squashfs)).toBe(false);
    expect(install.leftovers()).toEqual(['begun', 'go']);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('one that waits is stopped by %s, and leaves the lock alone', async (signal, status) => {
    const install = makeFilled();
    symlinkSync('another-node:1:1:boot:someone:', install.lock);
    let waiting = 0;
    const ran = await install.make([], {
      onStart: (pid) => (waiting = pid),
      onError: () => process.kill(waiting, signal),
    });
    expect(ran).toMatchObject({ status, stderr: expect.stringMatching(/^waiting for process 1 of someone/) });
    expect(readlinkSync(install.lock)).toBe('another-node:1:1:boot:someone:');
  });

  test('one that waits while the install is removed says so', async () => {
    const install = makeFilled();
    symlinkSync('another-node:1:1:boot:someone:', install.lock);
    const ran = await install.make([], {
      onError: () => {
        if (existsSync(install.state)) renameSync(install.state, join(install.fakes, 'gone'));
        rmSync(install.directory, { recursive: true, force: true });
      },
    });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/\nerror: `.*` was uninstalled meanwhile\n$/);
    expect(existsSync(install.state)).toBe(false);
  });

  test('the command of the hint does what it says', async () => {
    const install = makeFilled();
    symlinkSync('another-node:1:1:boot:someone:', install.lock);
    const { stderr } = await install.make(['--no-wait']);
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
    const ran = await install.make(['--no-wait']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('of someone on another-node\n');
    expect(readlinkSync(install.lock)).toBe(said);
    expect(existsSync(install.squashfs)).toBe(false);
  });

  test('by a process that is alive is believed', async () => {
    const install = makeFilled();
    for (const more of ['', `:${namespace}`]) {
      symlinkSync(`${host}:${process.pid}:${startOf(process.pid)}:${boot}:someone:${more}`, install.lock);
      expect((await install.make(['--no-wait'])).status).toBe(1);
      rmSync(install.lock);
    }
  });

  test('by one in another PID namespace is believed, whatever has its number here', async () => {
    const install = makeFilled();
    for (const pid of [await deadProcess(), 1, process.pid]) {
      symlinkSync(`${host}:${pid}:1:${boot}:someone::${Number(namespace) + 1}`, install.lock);
      const ran = await install.make(['--no-wait']);
      expect(ran.status).toBe(1);
      expect(ran.stderr).toContain('if that process is surely gone: rm ');
      rmSync(install.lock);
    }
  });

  const asRoot = isRoot ? [] : ['--map-root-user'];
  test.each([['--mount-proc'], []])('a live one in a real PID namespace, unshare %s, is believed', async (...more) => {
    const install = makeFilled();
    const { begun, go } = slowDown(install);
    const make = join(install.root, 'bin/make-squashfs');
    const first = run(['unshare', ...asRoot, '--pid', '--fork', '--kill-child', ...more, make], {
      env: { PATH: `${install.fakes}:${process.env.PATH}` },
    });
    await waitFor(begun);
    expect(readlinkSync(install.lock)).toMatch(/^[^:]+:1:\d+:/);
    const second = await install.make(['--no-wait']);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain('process 1 of ');
    // The other way round: one in there knows nothing of who holds the lock out here.
    const inside = await run(['unshare', ...asRoot, '--pid', '--fork', '--kill-child', ...more, make, '--no-wait']);
    expect(inside.status).toBe(1);
    go();
    expect(await first).toMatchObject(done);
    expect(install.leftovers()).toEqual(['begun', 'go']);
  });

  test.each<[string, () => Promise<string>]>([
    ['by a process that is gone', async () => `${host}:${await deadProcess()}:12345:${boot}:someone:`],
    [
      'by a process of this PID namespace that is gone',
      async () => `${host}:${await deadProcess()}:12345:${boot}:someone::${namespace}`,
    ],
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
      stderr: expect.stringMatching(
        /user-software\.lock` is in the way of a lock, and is none\nhint: .*: rm -r '.*user-software\.lock'/,
      ),
    });
    expect(readFileSync(install.lock, 'utf8')).toBe('mine');
  });
});

describe('many at once, of which each finds the lock of a dead process', () => {
  test.each(['--no-wait', 'waiting'])('never do two work at the same time: %s', async (how) => {
    const install = makeFilled();
    // A directory can be made by one only.
    fakeMksquashfs(
      install,
      'mkdir "$1/../alone" || { touch "$1/../two"; exit 1; }; sleep 0.1; real "$@"; rmdir "$1/../alone"',
    );
    const isWaiting = how === 'waiting';
    for (let round = 0; round < (isWaiting ? 1 : 3); round++) {
      symlinkSync(`${host}:${await deadProcess()}:${round + 1}:${boot}:someone:`, install.lock);
      const all: Ran[] = await Promise.all(
        Array.from({ length: 5 }, () => install.make(isWaiting ? [] : ['--no-wait'])),
      );
      expect(existsSync(join(install.root, 'two'))).toBe(false);
      expect(all.filter(({ status }) => status === 0).length).toBeGreaterThan(isWaiting ? 4 : 0);
      for (const { status, stderr } of all)
        if (status !== 0)
          expect(stderr).toMatch(/^error: another run is at work on this user software: process \d+ of /);
      expect(install.leftovers()).toEqual([]);
    }
    expect(await install.make()).toMatchObject(done);
  });
});
