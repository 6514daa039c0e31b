import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModuleVenv } from '../../src/modulefile/types.ts';
import { awkward, compare, modulefileIn, treeWith } from './tcl-modules.ts';
import { type ModuleTree, snapshot, tools } from './tcl-support.ts';

/* Which virtual environment is active, and what holds while it is packed: the same with each modules tool. */

const load = `module load tiny/1.0\n${snapshot}\n`;
const unload = `module unload tiny/1.0\n${snapshot}\n`;
const place = (name: string): string => `/user-software/venv/${name}`;

function treeWithVenvs(...names: string[]): ModuleTree {
  const tree = treeWith({});
  for (const name of names) {
    const directory = join(tree.dir, 'software/tiny/1.0/user-software/venv', name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'pyvenv.cfg'), '');
  }
  return tree;
}

test('the default, or the one that is named; unloading takes back what was set', async () => {
  const tree = treeWithVenvs('x', 'y');
  const [before, byDefault, after, chosen, unloaded] = await compare(
    tree,
    `export APPTAINERENV_VIRTUAL_ENV=/mine; ${snapshot}\n${load}${unload}export CTINSTALL_VENV=y\n${load}unset CTINSTALL_VENV\n${unload}`,
  );
  for (const name of ['SINGULARITYENV', 'APPTAINERENV']) {
    expect(byDefault?.[`${name}_VIRTUAL_ENV`]).toBe(place('x'));
    expect(byDefault?.[`${name}_PREPEND_PATH`]).toBe(`/runscripts:${place('x')}/bin:/opt/\\$x [id]/bin`);
    expect(chosen?.[`${name}_VIRTUAL_ENV`]).toBe(place('y'));
    expect(chosen?.[`${name}_PREPEND_PATH`]).toBe(`/runscripts:${place('y')}/bin:/opt/\\$x [id]/bin`);
    expect(chosen).not.toHaveProperty(`${name}_PIP_USER`);
  }
  expect(after).toEqual(before);
  expect(unloaded).toEqual(before);
});

test('none, where neither the recipe nor the user names one; or just the user’s', async () => {
  const tree = treeWithVenvs('y');
  tree.add(modulefileIn(tree, { container: { venv: withoutName(modulefileIn(tree)) } }));
  const [before, none, , chosen, unloaded] = await compare(
    tree,
    `${snapshot}\n${load}${unload}export CTINSTALL_VENV=y\n${load}unset CTINSTALL_VENV\n${unload}`,
  );
  expect(none).not.toHaveProperty('SINGULARITYENV_VIRTUAL_ENV');
  expect(none?.APPTAINERENV_PREPEND_PATH).toBe('/runscripts:/opt/\\$x [id]/bin');
  expect(chosen?.SINGULARITYENV_VIRTUAL_ENV).toBe(place('y'));
  expect(unloaded).toEqual(before);
});

test('a name that is meant for other modules is nothing to one that has none', async () => {
  const tree = treeWithVenvs();
  tree.add(modulefileIn(tree, { container: { venv: withoutName(modulefileIn(tree)) } }));
  const [before, loaded, unloaded] = await compare(tree, `export CTINSTALL_VENV=y; ${snapshot}\n${load}${unload}`);
  expect(loaded).toHaveProperty('SIF');
  expect(loaded).not.toHaveProperty('SINGULARITYENV_VIRTUAL_ENV');
  expect(unloaded).toEqual(before);
});

test('packed: the name is believed, pip is kept in; taken back also where it was unpacked meanwhile', async () => {
  const tree = treeWithVenvs('x');
  const squashfs = `'${tree.dir}/software/tiny/1.0/user-software.squashfs'`;
  const [before, packed, after, directory, same] = await compare(
    tree,
    `export SINGULARITYENV_PIP_USER=1; ${snapshot}\ntouch ${squashfs}; export CTINSTALL_VENV=z\n${load}rm ${squashfs}\nunset CTINSTALL_VENV\n${unload}
    ${load}touch ${squashfs}; ${unload}rm ${squashfs}`,
  );
  expect(packed).toMatchObject({
    SINGULARITYENV_VIRTUAL_ENV: place('z'),
    SINGULARITYENV_PIP_USER: '0',
    APPTAINERENV_PIP_USER: '0',
    APPTAINERENV_PACKED: awkward.replace(/[\\$`]/g, '\\$&'),
  });
  expect(after).toEqual(before);
  expect(directory?.SINGULARITYENV_PIP_USER).toBe('1');
  expect(same).toEqual(before);
});

test.each(tools)(
  '%s: what is no name, or not there, is refused, and it is said where those are that there are',
  async (tool) => {
    const tree = treeWithVenvs('x', 'y-2', 'b');
    mkdirSync(join(tree.dir, 'software/tiny/1.0/user-software/venv/no-venv'));
    for (const bad of ['../x', 'a/b', '-x', '.x', 'a b', '$(id)', 'x;y', '/']) {
      const { status, stdout, stderr } = await tree.run(tool, 'module load tiny && echo loaded; echo "[$SIF]"', {
        CTINSTALL_VENV: bad,
      });
      expect([bad, status, stdout]).toEqual([bad, 0, '[]\n']);
      expect(stderr.replace(/\s+/g, ' ')).toMatch(/CTINSTALL_VENV names a virtual environment that is not there/);
    }
    const missing = await tree.run(tool, 'module load tiny; echo "[$SIF]"', { CTINSTALL_VENV: 'none' });
    expect(missing.stdout).toBe('[]\n');
    expect(missing.stderr.replace(/\s+/g, ' ')).toMatch(
      /that is not there: none\. .*ctinstall venv create tiny\/1\.0 --name <name>\. Those that are there: ls \S+tiny\/1\.0\/user-software\/venv/,
    );
    writeFileSync(join(tree.dir, 'software/tiny/1.0/user-software/venv/.x.incomplete'), '');
    const notWhole = await tree.run(tool, 'module load tiny && echo loaded; echo "[$SIF]"', { CTINSTALL_VENV: 'x' });
    expect(notWhole.stdout).toBe('[]\n');
    expect(notWhole.stderr.replace(/\s+/g, ' ')).toMatch(/that is not there: x\. /);
  },
);

function withoutName({ container: { venv } }: ReturnType<typeof modulefileIn>): ModuleVenv | undefined {
  return venv && { ...venv, name: undefined };
}
