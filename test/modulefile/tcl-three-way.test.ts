import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needsOf } from '../../src/gpu/fit.ts';
import { containerPath, hostPath } from '../../src/lib/paths.ts';
import { renderLmodModulerc, renderTclModulerc } from '../../src/modulefile/render-modulerc.ts';
import { awkward, bind, compare, modulefileIn, treeWith, users } from './tcl-modules.ts';
import { type ModuleTree, makeModuleTree, snapshot, type Tool, within } from './tcl-support.ts';

/*
 * The same install must give the same environment, variable by variable, after load and after unload: in Lmod with the
 * Lua modulefile, in Lmod with the Tcl one, and in Environment Modules with the Tcl one.
 */

const toolsOfEachKind: readonly Tool[] = ['Lmod, Lua', 'Lmod, Tcl', 'Environment Modules, Tcl'];
const load = `module load tiny/1.0\n${snapshot}\n`;
const unload = `module unload tiny/1.0\n${snapshot}\n`;
const loadAndUnload = `${snapshot}\n${load}${unload}`;

describe('what the user has set', () => {
  test('is put back at the unload, and stands for what both of its names say', async () => {
    const tree = treeWith({});
    const scripts = Object.values(users).map((environment) => within(environment, loadAndUnload));
    const seen = await compare(tree, scripts.join('\n'));
    expect(seen).toHaveLength(3 * scripts.length);
    for (const [index, user] of Object.keys(users).entries()) {
      const [before, loaded, after] = seen.slice(3 * index);
      expect({ user, ...loaded }).toMatchObject({
        user,
        SIF: join(tree.dir, "software/tiny/1.0/it's $x [id] é.sif"),
        AWKWARD: awkward,
        APPTAINER_BIND: loaded?.SINGULARITY_BIND,
      });
      expect({ user, ...after }).toEqual({ user, ...before });
    }
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

test('without an image: binds and what goes inside, around that of the user', async () => {
  const tree = treeWith({
    image: undefined,
    path: [],
    family: 'containerbindings',
    container: {
      venv: undefined,
      userSoftware: undefined,
      packedVariables: [],
      path: [containerPath('/opt/$x [id]/bin')],
      binds: [
        bind('/etc', '/host etc', { optional: false }),
        bind('/usr', '/shown', { access: 'ro', imageSource: containerPath('/a b') }),
      ],
    },
  });
  const environment = { SINGULARITY_BIND: '/etc:/mine', SINGULARITYENV_PREPEND_PATH: '/mine/bin' };
  const [before, loaded, after] = await compare(tree, within(environment, loadAndUnload));
  expect(loaded).toMatchObject({
    APPTAINER_BIND: '/etc:/host etc,/usr:/shown:ro,image-src=/a b,/etc:/mine',
    APPTAINERENV_PREPEND_PATH: '/opt/\\$x [id]/bin:/mine/bin',
    SINGULARITYENV_INSIDE: expect.stringContaining('{x "y"'),
  });
  expect(loaded).not.toHaveProperty('SIF');
  expect(after).toEqual(before);
});

describe('what is there on the node', () => {
  // What each tool makes of awkward text is shown above.
  const compareKinds = (tree: ModuleTree, script: string) => compare(tree, script, {}, toolsOfEachKind);

  test('optional binds, GPUs, variables that are offered: what the user has set counts, and comes back', async () => {
    const tree = treeWith({});
    mkdirSync(join(tree.dir, 'only here $x [id]'));
    for (const name of ['é日本', 'nvidia $x [id]']) tree.write(name);
    const set = { SINGULARITY_NV: 'false', APPTAINER_ROCM: '1', OFFERED: 'mine' };
    const scripts = [within({ USER: 'someone' }, loadAndUnload), within(set, loadAndUnload)];
    const [before, loaded, after, , own, back] = await compareKinds(tree, scripts.join('\n'));
    expect(loaded?.SINGULARITY_BIND).toContain(
      `${tree.dir}/only here $x [id]:/only/here,${tree.dir}/é日本:/it's [id],`,
    );
    expect(loaded).toMatchObject({ APPTAINER_NV: '1', SINGULARITY_NV: '1', OFFERED: `/tmp/someone-${awkward}` });
    expect(loaded).not.toHaveProperty('APPTAINER_ROCM');
    expect(after).toEqual(before);
    expect(own).toMatchObject({
      APPTAINER_NV: 'false',
      SINGULARITY_NV: 'false',
      SINGULARITY_ROCM: '1',
      OFFERED: 'mine',
    });
    expect(back).toMatchObject(set);
    expect(back).not.toHaveProperty('APPTAINER_NV');
  });

  test('packed software, a link to nothing, nothing', async () => {
    const tree = treeWith({});
    const squashfs = 'software/tiny/1.0/user-software.squashfs';
    const [packed, dangling, none] = await compareKinds(
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
    const [central, after] = await compareKinds(
      tree,
      `cd ${tree.dir}; mkdir -p central; touch central/tiny.sif; mv ${own} aside
      ${load} rm central/tiny.sif; ${unload} mv aside ${own}`,
    );
    expect(central).toHaveProperty('SIF', join(tree.dir, 'central/tiny.sif'));
    expect(after).not.toHaveProperty('SIF');
  });

  test('no image, or a required bind missing: nothing is loaded, and nothing changed', async () => {
    const tree = treeWith({});
    const required = ["it's \\$x [id] é.sif", 'runscripts'].map((name) => `"$TREE/${name}"`);
    const without = required.map((name) => `mv ${name} aside\n${load}mv aside ${name}\n`);
    const environment = { TREE: join(tree.dir, 'software/tiny/1.0'), SINGULARITY_BIND: '/etc:/mine', SIF: 'old' };
    const [before, ...failed] = await compareKinds(
      tree,
      within(environment, `${snapshot}\n${without.join('')}${load}`),
    );
    const loaded = failed.pop();
    expect(failed).toEqual([before, before]);
    expect(loaded?.SIF).toContain('/tiny/1.0/');
  });
});

describe('GPUs of the node and what the image has for them', () => {
  const [amd] = needsOf({ rocm: '6.2.4' });
  const [nvidia] = needsOf({ cuda: '12.4.1' });

  const cases = [
    [
      'a driver that is too old',
      amd,
      { kfd: '', version: '6.2.4\n' },
      / and the node's amdgpu is 6\.2\.4\. Programs may fail/,
    ],
    ['one that is too new', amd, { kfd: '', version: '6.14.14\n' }, / amdgpu is 6\.14\.14\./],
    ['one that does', amd, { kfd: '', version: '6.10.5\n' }, undefined],
    ['one of the kernel', amd, { kfd: '' }, undefined],
    [
      'the other maker',
      amd,
      { nvidia: '' },
      /the image has ROCm 6\.2\.4, for GPUs of AMD, and the node's are of NVIDIA/,
    ],
    ['both', amd, { nvidia: '', kfd: '' }, undefined],
    ['none', amd, {}, undefined],
    [
      'an old driver of NVIDIA',
      nvidia,
      { nvidia: '', version: 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82.01  Wed\nGCC version:  12.2.0\n' },
      /needs NVIDIA's driver 525\.60\.13 or newer, and the node's is 470\.82\.01\. Take/,
    ],
    [
      'a new one, of the open module',
      nvidia,
      { nvidia: '', version: 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  1000.1  Release\n' },
      undefined,
    ],
  ] as const;

  test('are compared as the module is loaded, and nothing is said as it is unloaded', async () => {
    const tree = makeModuleTree();
    const image = hostPath(tree.write('an image'));
    const scripts = cases.map(([, needs, files], index) => {
      if (needs === undefined) throw new Error('nothing is needed');
      const moduleName = `node${index}/1.0`;
      const at = (name: string): string => join(tree.dir, `node ${index}`, name);
      const [device, otherDevice] = needs.maker === 'AMD' ? ['kfd', 'nvidia'] : ['nvidia', 'kfd'];
      const places = { device: at(device), otherDevice: at(otherDevice), driver: at('version') };
      for (const [name, text] of Object.entries(files)) tree.write(`node ${index}/${name}`, text);
      tree.add(
        modulefileIn(tree, {
          moduleName,
          gpuNeeds: [{ ...needs, places }],
          image: { variables: ['SIF'], candidates: [image] },
          container: { binds: [] },
        }),
      );
      return `module load ${moduleName}; echo "$SIF" >&2; module unload ${moduleName}; echo ===== >&2`;
    });
    for (const tool of toolsOfEachKind) {
      const { stderr } = await tree.run(tool, scripts.join('\n'));
      const texts = stderr.split('=====').map((text) => text.replace(/\s+/g, ' ').trim());
      for (const [index, [name, , , said]] of cases.entries()) {
        const text = texts[index] ?? '';
        const told = text.match(RegExp(`node${index}/1\\.0: (AMD|CUDA|the image)`, 'g'))?.length;
        expect([tool, name, text]).toEqual([tool, name, said === undefined ? image : expect.stringMatching(said)]);
        expect([tool, name, told, text]).toEqual([
          tool,
          name,
          said === undefined ? undefined : 1,
          expect.stringContaining(image),
        ]);
      }
    }
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
