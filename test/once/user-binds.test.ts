import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteBash } from '../../src/scripts/quote-bash.ts';
import { parseEnvironment } from '../harness/environment.ts';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/*
 * Binds of the user's own, in each of the four variables that the runtimes read, with the real Lmod, Environment Modules
 * and Apptainer: what is seen in the container, what the runtime says, and what is left after unload.
 */

/** What the user has set; `ONE`, `TWO` and `THREE` stand for directories with a file `who` that holds their name. */
interface Users {
  readonly set: Readonly<Record<string, string>>;
  /** What `who` says at which place. */
  readonly sees: Readonly<Record<string, string>>;
}

const variables = ['SINGULARITY_BIND', 'SINGULARITY_BINDPATH', 'APPTAINER_BIND', 'APPTAINER_BINDPATH'] as const;
const [S, SP, A, AP] = variables;

const users: readonly Users[] = [
  { set: {}, sees: {} },
  ...variables.map((name) => ({ set: { [name]: 'ONE:/m1' }, sees: { m1: 'one' } })),
  { set: { [SP]: '' }, sees: {} },
  { set: { [S]: '', [SP]: '', [A]: '', [AP]: '' }, sees: {} },
  // Equal and different values under the two names of one variable.
  { set: { [SP]: 'ONE:/m1', [AP]: 'ONE:/m1' }, sees: { m1: 'one' } },
  { set: { [S]: 'ONE:/m1', [A]: 'TWO:/m2' }, sees: { m1: 'one', m2: 'two' } },
  { set: { [SP]: 'ONE:/m1', [AP]: 'TWO:/m2' }, sees: { m1: 'one', m2: 'two' } },
  { set: { [S]: 'ONE:/m1', [A]: '' }, sees: { m1: 'one' } },
  { set: { [SP]: '', [AP]: 'ONE:/m1' }, sees: { m1: 'one' } },
  // One place twice: the runtimes take the first, and Apptainer prefers its own names.
  { set: { [S]: 'ONE:/m1', [A]: 'TWO:/m1/' }, sees: { m1: 'two' } },
  { set: { [S]: 'ONE:/m1', [SP]: 'TWO:/m1' }, sees: { m1: 'one' } },
  { set: { [SP]: 'ONE:/m1', [A]: 'TWO:/m1', [AP]: 'THREE:/m1' }, sees: { m1: 'two' } },
  { set: { [A]: 'ONE:/m1,TWO:/m1' }, sees: { m1: 'one' } },
  // All four at once, with options, blanks and empty entries.
  {
    set: { [S]: 'ONE:/m1:ro', [SP]: ',TWO:/m2:ro , ,', [A]: 'THREE:/m3/:ro,ONE:/m4', [AP]: 'TWO://m5' },
    sees: { m1: 'one', m2: 'two', m3: 'three', m4: 'one', m5: 'two' },
  },
  // A comma that belongs to an option of the same bind.
  { set: { [S]: 'IMAGE:/m1:ro,image-src=/,TWO:/m2', [AP]: 'ONE:/m1' }, sees: { m1: 'packed', m2: 'two' } },
  { set: { [SP]: 'IMAGE:/m1:image-src=/,ro', [A]: 'TWO:/m1:rw' }, sees: { m1: 'two' } },
  // A place of the module's: the user's wins.
  { set: { [SP]: 'ONE:/user-software' }, sees: { 'user-software': 'one' } },
];

/** Those in which the orders below could go wrong: the variables that the module sets too. */
const telling = users.filter(({ set }) => [SP, AP].some((name) => name in set));

/** What is done between two looks at the environment; `run` looks into the container of the module that is loaded. */
const orders: Readonly<Record<string, readonly string[]>> = {
  'load, unload': ['module load tiny', 'run tiny', 'module unload tiny'],
  'load one, the other in its place, unload that': [
    'module load tiny',
    'next tiny other',
    'run other',
    'module unload other',
  ],
  'there and back, purge': [
    'module load other',
    'next other tiny',
    'next tiny other',
    'next other tiny',
    'run tiny',
    'module purge',
  ],
  'load twice, reload, purge': ['module load tiny', 'module load tiny', 'again tiny', 'run tiny', 'module purge'],
  'unload one that was replaced, then the other': [
    'module load tiny',
    'next tiny other',
    'module unload tiny',
    'run other',
    'module unload other',
  ],
  'two rounds': ['module load tiny', 'module unload tiny', 'module load other', 'run other', 'module purge'],
};

/** Bash with each tool's way to load a module in the place of another, and to load it again. */
const tools = {
  lmod: 'next() { module load "$2"; }; again() { module load "$1"; }',
  'environment-modules': '. "$CT_ENVMODULES_INIT"; next() { module switch "$@"; }; again() { module reload; }',
} as const;

/** Each of the users in the first order, each of the telling ones in some of the others, not the same with the other tool. */
function tried(tool: number, order: number): readonly Users[] {
  return order === 0 ? users : telling.filter((_, user) => (user + order + tool) % 4 === 0);
}

async function makeMachine(tool: string, ...whenDone: Parameters<typeof makeSandbox>): Promise<Sandbox> {
  const sandbox = makeSandbox(...whenDone);
  for (const name of ['one', 'two', 'three', 'packed']) {
    mkdirSync(join(sandbox.dir, name));
    sandbox.write(`${name}/who`, name);
  }
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  sandbox.write('other-1.0.yaml', tinyEasyconfig('', { name: 'other' }));
  await sandbox.succeed(
    `ctinstall --modules-tool ${tool} --image-dir "$CT_IMAGES" tiny-1.0.yaml other-1.0.yaml
    mksquashfs packed packed.squashfs -quiet -no-progress`,
  );
  return sandbox;
}

/** Bash for one user: what is seen, the runtime's stderr, and the environment before and after. */
function scriptFor({ set }: Users, steps: readonly string[], dir: string): string {
  const value = (text: string): string =>
    text
      .replace(/\b(ONE|TWO|THREE)\b/g, (name) => `${dir}/${name.toLowerCase()}`)
      .replace('IMAGE', `${dir}/packed.squashfs`);
  const exports = Object.entries(set).map(([name, text]) => `export ${name}=${quoteBash(value(text))}`);
  return `(
    set -e
    ${exports.join('\n')}
    env -0 > before
    { ${steps.join('\n')}
    } 2> tool
    env -0 > after
    for part in seen said before after; do cat $part; printf '===\\0'; done
  ) || cat tool >&2`;
}

const run = `run() {
  [[ $SIF == */software/$1/1.0/tiny.sif ]] || return
  singularity exec "$SIF" sh -c 'for at in /m1 /m2 /m3 /m4 /m5 /runscripts /user-software; do
    [ ! -d $at ] || echo "$at=$(cat $at/who 2>/dev/null)"; done' > seen 2> said
}`;

describe.each(Object.entries(tools).map((entry, at) => [...entry, at] as const))('%s', (tool, start, toolAt) => {
  let sandbox: Sandbox;
  let remove = (): void => {};
  beforeAll(async () => {
    sandbox = await makeMachine(tool, (removing) => {
      remove = removing;
    });
  });
  afterAll(() => remove());

  test.each(Object.entries(orders).map(([order, steps], at) => [order, steps, tried(toolAt, at)] as const))(
    "%s: the user's binds and the module's are all there, in silence, and unload gives back what was",
    async (_, steps, among) => {
      const scripts = among.map((each) => scriptFor(each, steps, sandbox.dir));
      const { stdout: out, stderr } = await sandbox.run([start, run, ...scripts].join('\n'));
      const parts = out.split('===\0');
      expect(stderr).toBe('');
      expect(parts).toHaveLength(4 * among.length + 1);
      for (const [index, { set, sees }] of among.entries()) {
        const [seen = '', said = '', before = '', after = ''] = parts.slice(4 * index);
        const wanted = { runscripts: '', 'user-software': '', ...sees };
        expect({
          set,
          seen: seen
            .split('\n')
            .filter((line) => line !== '')
            .toSorted(),
        }).toEqual({
          set,
          seen: Object.entries(wanted)
            .map(([place, who]) => `/${place}=${who}`)
            .toSorted(),
        });
        expect({ set, said: said }).toEqual({ set, said: '' });
        // What is set but empty comes back unset.
        const left = Object.entries(parseEnvironment(before)).filter(([name]) => set[name] !== '');
        expect({ set, after: parseEnvironment(after) }).toEqual({ set, after: Object.fromEntries(left) });
      }
    },
  );
});
