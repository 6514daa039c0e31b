import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeMksquashfs, fakeUnsquashfs } from './fakes.ts';
import {
  type Install,
  killQuietly,
  makeInstall,
  type Ran,
  run,
  waitFor,
  writeProgram,
} from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

/*
 * A run is killed with SIGKILL, then: all that the user had is there, whole; the same command, given again, succeeds;
 * and nothing is left of the killed run.
 */

/** Runs a script and kills it, with all that it started, before its nth command; 0 lets it end. $STEPS gets the commands. */
const stepper = `n=$1; shift; set -o functrace; c=0
trap '((++c != n)) || kill -KILL 0; [[ -z \${STEPS-} ]] || printf "%s\\n" "$BASH_COMMAND" >>"$STEPS"' DEBUG
. "$0" "$@"`;

interface Scenario {
  readonly script: 'make-squashfs' | 'unmake-squashfs';
  readonly args: readonly string[];
  /** Makes what the run begins with, whatever is there from the time before. */
  readonly prepare: (install: Install) => Promise<void>;
}

/** All that the user has: the directory, what the squashfs holds, and directories that were kept aside. */
interface Holdings {
  readonly directory: string | undefined;
  readonly squashfs: string | undefined;
  readonly kept: readonly string[];
}

function holdingsOf(install: Install): Holdings {
  const text = (tree: string[] | undefined): string | undefined => tree?.join('\n');
  const squashfs = describeSquashfs(install.squashfs);
  expect(squashfs !== undefined, 'a squashfs is whole').toBe(existsSync(install.squashfs));
  return {
    directory: existsSync(install.directory) ? text(describeTree(install.directory)) : undefined,
    squashfs: text(squashfs),
    kept: keptAside(install).map((name) => describeTree(join(install.root, name)).join('\n')),
  };
}

function keptAside({ root }: Install): string[] {
  return readdirSync(root).filter((name) => name.startsWith('user-software.replaced-'));
}

function expectNothingLost(before: Holdings, after: Holdings, { script, args }: Scenario): void {
  const here = [after.directory, after.squashfs, ...after.kept];
  if (before.directory !== undefined) expect(here).toContain(before.directory);
  if (script === 'unmake-squashfs') expect(here).toContain(before.squashfs);
  // A directory of that name is one of the two, and not half of it.
  if (after.directory !== undefined)
    expect([before.directory, before.squashfs]).toContain(after.directory);
  if (after.squashfs !== undefined)
    expect([before.directory, before.squashfs]).toContain(after.squashfs);
  if (!args.includes('--replace-directory')) expect(after.kept).toEqual([]);
}

/** The same command again: it succeeds, or says that there is nothing left to do. */
async function expectNextRunToSucceed(
  install: Install,
  before: Holdings,
  scenario: Scenario,
): Promise<void> {
  const { script, args } = scenario;
  const ran = await install.run(script, args);
  const hadDone = script === 'make-squashfs' ? 'nothing to pack' : 'nothing to unpack: there is no';
  if (ran.status === 2) expect(ran.stderr).toContain(`error: ${hadDone}`);
  else expect(ran).toMatchObject({ status: 0, stderr: '' });
  const now = holdingsOf(install);
  if (script === 'make-squashfs')
    expect(now).toMatchObject({
      squashfs: before.directory,
      directory: args.includes('--remove-directory') ? undefined : before.directory,
    });
  else
    expect(now).toMatchObject({
      directory: before.squashfs,
      squashfs: args.includes('--keep-squashfs') ? before.squashfs : undefined,
    });
  if (before.directory !== undefined) expectNothingLost(before, now, scenario);
  for (const name of keptAside(install)) rmSync(join(install.root, name), { recursive: true });
  expect(install.leftovers()).toEqual([]);
}

let version = 0;

/** What the tests are not about, and is slow: waiting for the disk. */
function skipSync(install: Install): void {
  writeProgram(join(install.fakes, 'sync'), 'echo --file-system');
}

function fill(install: Install): void {
  rmSync(install.directory, { recursive: true, force: true });
  install.write('lib/a.py', `${version++}`);
  install.write('lib/deeper/b.py', 'b');
  install.write("it's\n", 'c');
}

const reset = (install: Install): void => {
  rmSync(install.squashfs, { force: true });
  fill(install);
};

const scenarios: Readonly<Record<string, Scenario>> = {
  'packing for the first time': {
    script: 'make-squashfs',
    args: [],
    prepare: async (install) => reset(install),
  },
  'packing again': {
    script: 'make-squashfs',
    args: [],
    prepare: async (install) => {
      reset(install);
      await succeed(install.make());
      install.write('lib/a.py', `${version++}`);
    },
  },
  'packing for the first time, and removing the directory': {
    script: 'make-squashfs',
    args: ['--remove-directory'],
    prepare: async (install) => reset(install),
  },
  'packing again, and removing the directory': {
    script: 'make-squashfs',
    args: ['--remove-directory'],
    prepare: async (install) => {
      reset(install);
      await succeed(install.make());
      install.write('lib/a.py', `${version++}`);
    },
  },
  unpacking: {
    script: 'unmake-squashfs',
    args: [],
    prepare: async (install) => {
      reset(install);
      await succeed(install.make(['--remove-directory']));
    },
  },
  'unpacking, and keeping the squashfs': {
    script: 'unmake-squashfs',
    args: ['--keep-squashfs'],
    prepare: async (install) => {
      reset(install);
      await succeed(install.make(['--remove-directory']));
    },
  },
  'unpacking in place of a changed directory': {
    script: 'unmake-squashfs',
    args: ['--replace-directory'],
    prepare: async (install) => {
      reset(install);
      await succeed(install.make());
      install.write('lib/new', `${version++}`);
    },
  },
  'going back to an unchanged directory': {
    script: 'unmake-squashfs',
    args: [],
    prepare: async (install) => {
      reset(install);
      await succeed(install.make());
    },
  },
};

async function succeed(running: Promise<Ran>): Promise<void> {
  expect(await running).toMatchObject({ status: 0 });
}

/**
 * The moments that make a difference: before each command that can change a file. All moments there are with
 * $CTINSTALL_TEST_ALL_MOMENTS, which takes an hour.
 */
function chooseMoments(steps: readonly string[]): number[] {
  const canChange = /\b(mv|rm|ln|touch|mkdir|mktemp|chmod|mksquashfs|unsquashfs)\b|"\$@"|>/;
  const isAll = (process.env.CTINSTALL_TEST_ALL_MOMENTS ?? '') !== '';
  return steps.flatMap((step, index) => (isAll || canChange.test(step) ? [index + 1] : []));
}

describe('before each of its commands', () => {
  test.each(Object.entries(scenarios))(
    '%s',
    async (_what, scenario) => {
      const install = makeInstall();
      skipSync(install);
      const step = (n: number, env: Record<string, string> = {}): Promise<Ran> =>
        run(
          [
            'bash',
            '-p',
            '-c',
            stepper,
            join(install.root, 'bin', scenario.script),
            `${n}`,
            ...scenario.args,
          ],
          {
            env: { PATH: `${install.fakes}:${process.env.PATH}`, ...env },
          },
        );
      await scenario.prepare(install);
      const steps = join(install.fakes, 'steps');
      await succeed(step(0, { STEPS: steps }));
      for (const name of keptAside(install)) rmSync(join(install.root, name), { recursive: true });
      for (const moment of chooseMoments(readFileSync(steps, 'utf8').split('\n'))) {
        await scenario.prepare(install);
        const before = holdingsOf(install);
        const { signal } = await step(moment);
        // Some steps are taken by parts that run at the same time, and have their own count.
        expect(['SIGKILL', null]).toContain(signal);
        expectNothingLost(before, holdingsOf(install), scenario);
        await expectNextRunToSucceed(install, before, scenario);
      }
    },
    3_600_000,
  );
});

describe.each(['alone', 'with all that it started'])(
  'while the squashfs tools are at work, %s',
  (how) => {
    const runs = [
      'packing again, and removing the directory',
      'unpacking',
      'unpacking in place of a changed directory',
    ];
    test.each(runs)('%s', async (what) => {
      const scenario = scenarios[what];
      if (scenario === undefined) throw new Error(what);
      const install = makeInstall();
      skipSync(install);
      await scenario.prepare(install);
      writeFileSync(join(install.fakes, 'large'), randomBytes(4_000_000));
      for (const delay of [30, 60, 90, 120, 160, 220, 300]) {
        rmSync(install.squashfs, { force: true });
        // In many files, so that unpacking takes its time as well.
        fill(install);
        execFileSync('split', [
          '-b',
          '20000',
          '-a',
          '4',
          join(install.fakes, 'large'),
          join(install.directory, 'part'),
        ]);
        await succeed(
          install.make(
            scenario.script === 'unmake-squashfs' && what === 'unpacking'
              ? ['--remove-directory']
              : [],
          ),
        );
        if (what !== 'unpacking') install.write('lib/new', `${version++}`);
        const before = holdingsOf(install);
        const ran = await install.run(scenario.script, ['--processors', '1', ...scenario.args], {
          env: { CTINSTALL_SQUASHFS_COMPRESSION: 'gzip' },
          onStart: (pid) => setTimeout(() => killQuietly(how === 'alone' ? pid : -pid), delay),
        });
        expect(ran.signal === 'SIGKILL' || ran.status === 0).toBe(true);
        expectNothingLost(before, holdingsOf(install), scenario);
        await expectNextRunToSucceed(install, before, scenario);
      }
    });
  },
);

describe('a squashfs tool that goes on alone after its script was killed', () => {
  /** Tells that it has begun, waits to be told to go on, and tells that it has ended. */
  const orphan =
    'touch "$SIGNS/begun"; until [[ -e $SIGNS/go ]]; do sleep 0.02; done; real "$@" >"$SIGNS/out" 2>&1; touch "$SIGNS/end"';

  /** Starts the script, kills it but not the tool that it runs, and gives back how to let that end. */
  async function killBeside(
    install: Install,
    script: Scenario['script'],
  ): Promise<() => Promise<void>> {
    const signs = join(install.fakes, 'signs');
    mkdirSync(signs);
    let pid = 0;
    const running = install.run(script, [], {
      env: { SIGNS: signs },
      onStart: (started) => (pid = started),
    });
    await waitFor(join(signs, 'begun'));
    process.kill(pid, 'SIGKILL');
    for (const name of ['mksquashfs', 'unsquashfs'])
      rmSync(join(install.fakes, name), { force: true });
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
    expect(install.leftovers()).toEqual([
      expect.stringMatching(/^\.user-software\.squashfs\..*\.part$/),
    ]);
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
