import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { containerPath, hostPath } from '../../src/lib/paths.ts';
import type { Modulefile } from '../../src/modulefile/types.ts';
import { type ModuleTree, makeModuleTree, readSnapshots, snapshot, tools, within } from './tcl-support.ts';

/*
 * The same install must give the same environment, variable by variable, after load and after unload: in Lmod with the
 * Lua modulefile, in Lmod with the Tcl one, and in Environment Modules with the Tcl one.
 */

const awkward = '$HOME [id] {x "y" `id` \\ \'z\' ]===] ; # %s é日本';

/** A modulefile with every feature, for files below a tree. */
function modulefileIn({ dir }: ModuleTree, changed: Partial<Modulefile> = {}): Modulefile {
  const moduleName = changed.moduleName ?? 'tiny/1.0';
  const [name = ''] = moduleName.split('/');
  const at = (path: string) => hostPath(`${dir}/software/${moduleName}/${path}`);
  return {
    header: ['A header \\'],
    help: `Help ${awkward}\n\nand more \\\n`,
    whatis: [`Name: ${name}`, `Description: ${awkward}`],
    extensions: ['python/3.11', 'numpy'],
    dependsOn: [],
    deprecated: undefined,
    conflicts: [name],
    family: 'ctinstall_software',
    moduleName,
    image: {
      variables: ['SIF', `SIF${name.toUpperCase()}`],
      candidates: [at("it's $x [id] é.sif"), hostPath(`${dir}/central/tiny.sif`)],
    },
    path: [at('bin')],
    variables: [
      { name: 'CONTAINERROOT', value: at('') },
      { name: 'AWKWARD', value: awkward },
      { name: 'EMPTY', value: '' },
      { name: 'DASHES', value: '--help -x' },
    ],
    containerVariables: [
      { name: 'INSIDE', value: awkward },
      { name: 'VIRTUAL_ENV', value: '/user-software/venv/x' },
    ],
    containerPath: [containerPath('/runscripts'), containerPath('/user-software/venv/x/bin')],
    binds: [
      { host: '/etc', container: '/host etc', access: 'ro', optional: false },
      { host: `${dir}/only here $x [id]`, container: '/only/here', access: 'rw', optional: true },
      { host: `${dir}/nowhere`, container: '/nowhere', access: 'rw', optional: true },
      { host: at('runscripts'), container: '/runscripts', access: 'ro', optional: false },
    ].map((bind) => ({ ...bind, origin: 'test' }) as Modulefile['binds'][number]),
    userSoftware: {
      squashfs: at('user-software.squashfs'),
      directory: at('user-software'),
      container: containerPath('/user-software'),
    },
    ...changed,
  };
}

function treeWith(...modulefiles: Partial<Modulefile>[]): ModuleTree {
  const tree = makeModuleTree();
  for (const changed of modulefiles) {
    const modulefile = modulefileIn(tree, changed);
    tree.add(modulefile);
    for (const directory of ['runscripts', 'bin', 'user-software'])
      mkdirSync(join(tree.dir, 'software', modulefile.moduleName, directory), { recursive: true });
    tree.write(modulefile.image.candidates[0]?.slice(tree.dir.length + 1) ?? '');
  }
  return tree;
}

/** Runs a script that takes snapshots with each tool: the snapshots, by tool. */
async function compare(
  tree: ModuleTree,
  script: string,
  environment: Record<string, string> = {},
): Promise<Record<string, string>[]> {
  const ran = await Promise.all(tools.map((tool) => tree.run(tool, script, environment)));
  if (process.env.DBG) console.error(ran.map((r) => r.stderr).join('\n@@@\n'));
  const snapshots = ran.map(({ stdout }) => readSnapshots(stdout));
  const [first = []] = snapshots;
  for (const [at, others] of snapshots.entries()) {
    expect({ tool: tools[at], said: ran[at]?.stderr, snapshots: others }).toEqual({
      tool: tools[at],
      said: ran[at]?.stderr,
      snapshots: first,
    });
  }
  return first;
}

const loadAndUnload = `${snapshot}\nmodule load tiny/1.0\n${snapshot}\nmodule unload tiny/1.0; echo "rc $?" >&2; $LMOD_CMD bash list >&2\n${snapshot}`;

const users: Record<string, Record<string, string>> = {
  'nothing set': {},
  SINGULARITY_BIND: { SINGULARITY_BIND: '/etc:/mine' },
  APPTAINER_BIND: { APPTAINER_BIND: '/etc:/mine' },
  'both, the same': { SINGULARITY_BIND: '/etc:/mine', APPTAINER_BIND: '/etc:/mine' },
  'both, different': { SINGULARITY_BIND: '/usr:/theirs', APPTAINER_BIND: '/etc:/mine' },
  'both, one empty': { SINGULARITY_BIND: '/usr:/theirs', APPTAINER_BINDPATH: '/x' },
  SINGULARITY_BINDPATH: { SINGULARITY_BINDPATH: '/etc:/user-software/' },
  APPTAINER_BINDPATH: { APPTAINER_BINDPATH: ' /runscripts// ,,/x' },
  'a place of ours': { SINGULARITY_BIND: '/tmp:/user-software/,/tmp:/host etc:ro' },
  'a place of ours, odd': { APPTAINER_BIND: ' /tmp:  /user-software/ :ro,/x,:/y,a:' },
  'paths to prepend': { SINGULARITYENV_PREPEND_PATH: '/mine/bin' },
  'other paths to prepend': { APPTAINERENV_PREPEND_PATH: '/mine/bin', SINGULARITYENV_PREPEND_PATH: '/b::/c/' },
  'the same paths to prepend': { APPTAINERENV_PREPEND_PATH: '/mine', SINGULARITYENV_PREPEND_PATH: '/mine' },
  'values that are no values of ours': {
    SIF: 'abÿéééé 日本😀?',
    RUNSCRIPTS: '~/a//b/ ',
    CONTAINERROOT: '  [id] $HOME {',
    AWKWARD: ']===] "',
    EMPTY: '\\',
    SINGULARITYENV_INSIDE: '1\t2',
    APPTAINERENV_VIRTUAL_ENV: '%s * ? ~ ! # & ; | < > ( )',
  },
  'awkward binds': { SINGULARITY_BIND: '/a b:/c d,/$x:/[id],/{:/},/`id`:/"\'\\', APPTAINER_BIND: '/é日本:/ÿ,~/x,*' },
  numbers: { SINGULARITY_BIND: '0x10', SIF: '1e3', APPTAINERENV_PREPEND_PATH: '007', CONTAINERROOT: '-1' },
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
    const environment = { LC_ALL: 'C', SIF: 'é日本', SINGULARITY_BIND: '/é:/日' };
    const [before, loaded, after] = await compare(treeWith({}), loadAndUnload, environment);
    expect(loaded).toHaveProperty('AWKWARD', awkward);
    expect(after).toEqual(before);
  });
});
