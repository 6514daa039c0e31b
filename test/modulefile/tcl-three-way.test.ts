import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { renderLmodModulerc, renderTclModulerc } from '../../src/modulefile/render-modulerc.ts';
import { awkward, bind, compare, modulefileIn, treeWith } from './tcl-modules.ts';
import { makeModuleTree, snapshot, within } from './tcl-support.ts';

/*
 * The same install must give the same environment, variable by variable, after load and after unload: in Lmod with the
 * Lua modulefile, in Lmod with the Tcl one, and in Environment Modules with the Tcl one.
 */

const load = `module load tiny/1.0\n${snapshot}\n`;
const unload = `module unload tiny/1.0\n${snapshot}\n`;
const loadAndUnload = `${snapshot}\n${load}${unload}`;

const users: Record<string, Record<string, string>> = {
  'nothing set': {},
  SINGULARITY_BIND: { SINGULARITY_BIND: '/etc:/mine' },
  APPTAINER_BIND: { APPTAINER_BIND: '/etc:/mine' },
  'both, the same': { SINGULARITY_BIND: '/etc:/mine', APPTAINER_BIND: '/etc:/mine' },
  'both, different': { SINGULARITY_BIND: '/usr:/theirs', APPTAINER_BIND: '/etc:/mine' },
  SINGULARITY_BINDPATH: { SINGULARITY_BINDPATH: '/etc:/user-software/' },
  APPTAINER_BINDPATH: { SINGULARITY_BIND: '/usr:/theirs', APPTAINER_BINDPATH: ' /runscripts// ,,/x' },
  'a place of ours': { SINGULARITY_BIND: '/tmp:/user-software/,/tmp:/host etc:ro' },
  'a place of ours, odd': { APPTAINER_BIND: ' /tmp:  /user-software/ :ro,/x,:/y,a:' },
  'all places of ours': {
    SINGULARITY_BIND: '/tmp:/user-software',
    APPTAINER_BIND: '/tmp:/runscripts',
    SINGULARITY_BINDPATH: '/tmp:/host etc',
  },
  'paths to prepend': { SINGULARITYENV_PREPEND_PATH: '/mine/bin' },
  'other paths to prepend': { APPTAINERENV_PREPEND_PATH: '/mine/bin', SINGULARITYENV_PREPEND_PATH: '/b::/c/' },
  'the same paths to prepend': { APPTAINERENV_PREPEND_PATH: '/mine', SINGULARITYENV_PREPEND_PATH: '/mine' },
  'values that the module replaces': {
    SIF: 'ab  ?',
    SIFTINY: 'a//b/ ',
    CONTAINERROOT: '  [id] $HOME {',
    AWKWARD: ']===] "',
    EMPTY: '\\',
    SINGULARITYENV_INSIDE: '1\t2',
    APPTAINERENV_VIRTUAL_ENV: '%s * ?? ~ ! # & ; | < > ( ) \x7f\x7f\x7f',
    DASHES: '--',
    NUMBER: '010',
  },
  'awkward binds': { SINGULARITY_BIND: '/a b:/c d,/$x:/[id],/{:/},/`id`:/"\'\\', APPTAINER_BIND: '/x:/y,~/x,*' },
  'values like numbers': {
    SINGULARITY_BIND: '0x10',
    SIF: '1e3',
    APPTAINERENV_PREPEND_PATH: '007',
    CONTAINERROOT: '-1',
  },
};

describe('what the user has set', () => {
  test.each(Object.entries(users))('%s', async (_, environment) => {
    const tree = treeWith({});
    const [before, loaded, after] = await compare(tree, within(environment, loadAndUnload));
    expect(loaded).toHaveProperty('SIF', join(tree.dir, "software/tiny/1.0/it's $x [id] é.sif"));
    expect(loaded).toHaveProperty('AWKWARD', awkward);
    expect(loaded).toHaveProperty('APPTAINER_BIND', loaded?.SINGULARITY_BIND);
    expect(after).toEqual(before);
  });

  test('in another locale', async () => {
    const environment = { LC_ALL: 'C', SIF: 'é日本😀', SINGULARITY_BIND: '/é:/日' };
    const [loaded] = await compare(treeWith({}), load, environment);
    expect(loaded).toHaveProperty('AWKWARD', awkward);
    expect(loaded?.SINGULARITY_BIND).toMatch(/,\/é:\/日$/);
  });

  test('and changes between two loads, or while the module is loaded', async () => {
    const [loaded, unloaded, again] = await compare(
      treeWith({}),
      `export SINGULARITY_BIND=/etc:/one SIF=/first\n${load}export SIF=/changed\n${unload}
      export SINGULARITY_BIND=/etc:/two; unset SIF\n${load}`,
    );
    expect(loaded?.SINGULARITY_BIND).toMatch(/,\/etc:\/one$/);
    expect(unloaded).toMatchObject({ SINGULARITY_BIND: '/etc:/one', SIF: '/first' });
    expect(again?.SINGULARITY_BIND).toMatch(/,\/etc:\/two$/);
  });

  test('to nothing: a variable that is set but empty comes back unset', async () => {
    const environment = { SINGULARITY_BIND: '', APPTAINER_BIND: '/x', SIF: '', SINGULARITYENV_PREPEND_PATH: '' };
    const [before, , after] = await compare(treeWith({}), within(environment, loadAndUnload));
    const unset = Object.keys(environment).filter((name) => name !== 'APPTAINER_BIND');
    expect(after).toEqual(Object.fromEntries(Object.entries(before ?? {}).filter(([name]) => !unset.includes(name))));
  });
});

describe('what is there on the node', () => {
  test('optional binds', async () => {
    const tree = treeWith({});
    mkdirSync(join(tree.dir, 'only here $x [id]'));
    tree.write('é日本');
    const [, loaded] = await compare(tree, loadAndUnload);
    expect(loaded?.SINGULARITY_BIND).toContain(
      `${tree.dir}/only here $x [id]:/only/here,${tree.dir}/é日本:/it's [id],`,
    );
  });

  test('packed software, a link that leads nowhere, nothing', async () => {
    const tree = treeWith({});
    const squashfs = 'software/tiny/1.0/user-software.squashfs';
    const [packed, dangling, none] = await compare(
      tree,
      `cd ${tree.dir}; touch ${squashfs}; ${load} module unload tiny; rm ${squashfs}; ln -sf nowhere ${squashfs}; ${load} module unload tiny
      mv software/tiny/1.0/user-software aside; ${load} mv aside software/tiny/1.0/user-software; rm ${squashfs}`,
    );
    expect(packed?.SINGULARITY_BIND).toContain(`${tree.dir}/${squashfs}:/user-software:ro,image-src=/`);
    expect(dangling?.SINGULARITY_BIND).toContain(`${tree.dir}/software/tiny/1.0/user-software:/user-software`);
    expect(none?.SINGULARITY_BIND).not.toContain('user-software');
  });

  test('the central image; none at all when the module is unloaded', async () => {
    const tree = treeWith({});
    const own = `"software/tiny/1.0/it's \\$x [id] é.sif"`;
    const [central, after] = await compare(
      tree,
      `cd ${tree.dir}; mkdir -p central; touch central/tiny.sif; mv ${own} aside
      ${load} rm central/tiny.sif; ${unload} mv aside ${own}`,
    );
    expect(central).toHaveProperty('SIF', join(tree.dir, 'central/tiny.sif'));
    expect(after).not.toHaveProperty('SIF');
  });

  test.each([
    ['no image', (dir: string) => rmSync(join(dir, "software/tiny/1.0/it's $x [id] é.sif"))],
    [
      'a required bind missing',
      (dir: string) => rmSync(join(dir, 'software/tiny/1.0/runscripts'), { recursive: true }),
    ],
  ])('%s: nothing is loaded, and nothing changed', async (_, remove) => {
    const tree = treeWith({});
    remove(tree.dir);
    const environment = { SINGULARITY_BIND: '/etc:/mine', SIF: 'old' };
    const [before, failed] = await compare(tree, within(environment, `${snapshot}\n${load}`));
    expect(failed).toEqual(before);
  });
});

describe('several modules', () => {
  const binds = [bind('/etc', '/host etc', { optional: false })];
  const two = [{}, { moduleName: 'tiny/2.0' }, { moduleName: 'other/1.0' }];
  const switched = `module switch tiny/1.0 tiny/2.0\n${snapshot}\n`;

  test('loaded twice, switched, purged', async () => {
    const tree = treeWith(...two);
    const [before, once, twice, second, other, again, purged] = await compare(
      tree,
      within(
        { SINGULARITY_BIND: '/etc:/mine', SIF: 'old', APPTAINERENV_PREPEND_PATH: '/mine' },
        `${snapshot}\n${load}${load}${switched}module switch tiny/2.0 other/1.0\n${snapshot}\nmodule switch other tiny/1.0\n${snapshot}\nmodule purge\n${snapshot}`,
      ),
    );
    expect(twice).toEqual(once);
    expect(second?.SIF).toContain('/tiny/2.0/');
    expect(second?.SINGULARITY_BIND?.match(/:\/mine/g)).toHaveLength(1);
    expect(other?.SIF).toContain('/other/1.0/');
    expect(other).not.toHaveProperty('SIFTINY');
    expect(again).toEqual(once);
    expect(purged).toEqual(before);
  });

  test('one is the default, and one hidden', async () => {
    const tree = treeWith(...two);
    const marks = { default: 'tiny/1.0', hidden: ['tiny/2.0'] };
    tree.write('lua/tiny/.modulerc.lua', renderLmodModulerc(marks));
    tree.write('tcl/tiny/.modulerc', renderTclModulerc(marks));
    const [byName, hidden] = await compare(
      tree,
      `export SHOWN=$(module -t avail 2>&1 | grep --count tiny/2.0)
       module load tiny\n${snapshot}\nmodule purge; module load tiny/2.0\n${snapshot}`,
    );
    expect(byName?.SIF).toContain('/tiny/1.0/');
    expect(hidden?.SIF).toContain('/tiny/2.0/');
    expect(byName?.SHOWN).toBe('0');
  });

  test('one that another depends on', async () => {
    const tree = makeModuleTree();
    const image = hostPath(tree.write('an image'));
    tree.add(
      modulefileIn(tree, {
        dependsOn: ['base/1.0'],
        image: { variables: ['SIF'], candidates: [image] },
        container: { binds },
      }),
    );
    tree.write('lua/base/1.0.lua', 'setenv("BASE", "1")\nprepend_path("PATH", "/base")\n');
    tree.write('tcl/base/1.0', '#%Module1.0\nsetenv BASE 1\nprepend-path PATH /base\n');
    const [before, loaded, after] = await compare(
      tree,
      within({ SINGULARITY_BIND: '/etc:/mine' }, `${snapshot}\n${load}module purge\n${snapshot}`),
    );
    expect(loaded).toMatchObject({ BASE: '1', SIF: image });
    expect(after).toEqual(before);
  });
});
