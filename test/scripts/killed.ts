import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Install, type Ran, writeProgram } from './install.ts';
import { describeSquashfs, describeTree } from './tree.ts';

/*
 * A run is killed with SIGKILL, then: all that the user had is there, whole; the same command, given again, succeeds;
 * and nothing is left of the killed run.
 */

export interface Scenario {
  readonly script: 'make-squashfs' | 'unmake-squashfs';
  readonly args: readonly string[];
  /** Makes what the run begins with, whatever is there from the time before. */
  readonly prepare: (install: Install) => Promise<void>;
}

/** All that the user has: the directory, what the squashfs holds, and directories that were kept aside. */
export interface Holdings {
  readonly directory: string | undefined;
  readonly squashfs: string | undefined;
  readonly kept: readonly string[];
}

export function holdingsOf(install: Install): Holdings {
  const text = (tree: string[] | undefined): string | undefined => tree?.join('\n');
  const squashfs = describeSquashfs(install.squashfs);
  expect(squashfs !== undefined, 'a squashfs is whole').toBe(existsSync(install.squashfs));
  return {
    directory: existsSync(install.directory) ? text(describeTree(install.directory)) : undefined,
    squashfs: text(squashfs),
    kept: keptAside(install).map((name) => describeTree(join(install.root, name)).join('\n')),
  };
}

export function keptAside({ root }: Install): string[] {
  return readdirSync(root).filter((name) => name.startsWith('user-software.replaced-'));
}

export function expectNothingLost(before: Holdings, after: Holdings, { script, args }: Scenario): void {
  const here = [after.directory, after.squashfs, ...after.kept];
  if (before.directory !== undefined) expect(here).toContain(before.directory);
  if (script === 'unmake-squashfs') expect(here).toContain(before.squashfs);
  // A directory of that name is one of the two, and not half of it.
  if (after.directory !== undefined) expect([before.directory, before.squashfs]).toContain(after.directory);
  if (after.squashfs !== undefined) expect([before.directory, before.squashfs]).toContain(after.squashfs);
  if (!args.includes('--replace-directory')) expect(after.kept).toEqual([]);
}

/** The same command again: it succeeds, also where nothing is left to do. */
export async function expectNextRunToSucceed(install: Install, before: Holdings, scenario: Scenario): Promise<void> {
  const { script, args } = scenario;
  const ran = await install.run(script, args);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  const now = holdingsOf(install);
  if (script === 'make-squashfs')
    expect(now).toMatchObject({
      squashfs: before.directory,
      directory: args.includes('--remove-directory') ? undefined : before.directory,
    });
  else
    expect(now).toMatchObject({
      directory: before.squashfs,
      squashfs: undefined,
    });
  if (before.directory !== undefined) expectNothingLost(before, now, scenario);
  for (const name of keptAside(install)) rmSync(join(install.root, name), { recursive: true });
  expect(install.leftovers()).toEqual([]);
}

let version = 0;

/** What the tests are not about, and is slow: waiting for the disk. */
export function skipSync(install: Install): void {
  writeProgram(join(install.fakes, 'sync'), 'echo --file-system');
}

export function fill(install: Install): void {
  rmSync(install.directory, { recursive: true, force: true });
  install.write('lib/a.py', `${version++}`);
  install.write('lib/deeper/b.py', 'b');
  install.write("it's\n", 'c');
}

const reset = (install: Install): void => {
  rmSync(install.squashfs, { force: true });
  fill(install);
};

export const scenarios: Readonly<Record<string, Scenario>> = {
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

export async function succeed(running: Promise<Ran>): Promise<void> {
  expect(await running).toMatchObject({ status: 0 });
}
