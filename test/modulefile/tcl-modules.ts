import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { containerPath, type HostPath, hostPath } from '../../src/lib/paths.ts';
import type { ModuleContainer, Modulefile } from '../../src/modulefile/types.ts';
import type { Bind } from '../../src/resolve/types.ts';
import { type ModuleTree, makeModuleTree, readSnapshots, type Tool, tools } from './tcl-support.ts';

/** What no language must take for anything but text. */
export const awkward = '$HOME [id] {x "y" `id` \\ \'z\' ]===] ; # %s é日本';

/** What differs from {@link modulefileIn}'s; of the container's part just what is named. */
export type ModulefileChanges = Partial<Omit<Modulefile, 'container'>> & {
  readonly container?: Partial<ModuleContainer>;
};

/** A modulefile with every feature, for an install below a tree. */
export function modulefileIn(
  { dir }: Pick<ModuleTree, 'dir'>,
  { container, ...changed }: ModulefileChanges = {},
): Modulefile & { readonly container: ModuleContainer } {
  const moduleName = changed.moduleName ?? 'tiny/1.0';
  const [name = ''] = moduleName.split('/');
  const at = (path: string) => hostPath(`${dir}/software/${moduleName}/${path}`);
  return {
    header: ['A header \\'],
    help: `Help ${awkward}\n\nand more \\\n`,
    whatis: [`Name: ${name}`, `Description: ${awkward}`],
    hostLibraries: [],
    gpuNeeds: [],
    extensions: ['python/3.11', 'numpy'],
    dependsOn: [],
    deprecated: undefined,
    conflicts: [name],
    moduleName,
    installDir: at('').replace(/\/$/, '') as Modulefile['installDir'],
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
      { name: 'NUMBER', value: '0x10' },
      { name: 'OFFERED', value: `/tmp/$USER-${awkward}`, isDefault: true },
    ],
    paths: [
      { name: 'MANPATH', prepend: [at('man'), '/opt/first $x [id] é日本'], append: ['/opt/last/man'] },
      { name: 'PATH', prepend: [at('tools')], append: [] },
    ],
    ...changed,
    container: { ...containerIn(dir, at), ...container },
  };
}

function containerIn(dir: string, at: (path: string) => HostPath): ModuleContainer {
  return {
    family: 'ctinstall_software',
    variables: [{ name: 'INSIDE', value: awkward }],
    path: [containerPath('/runscripts'), containerPath('/opt/$x [id]/bin')],
    paths: [
      { name: 'LD_LIBRARY_PATH', value: `/opt/$x:\${LD_LIBRARY_PATH}`, before: '/opt/$x:', behind: '' },
      { name: 'APPEND_PATH', value: '/opt/[id]', before: '', behind: ':/opt/[id]' },
    ],
    venv: { name: 'x', directory: at('user-software/venv'), container: containerPath('/user-software/venv') },
    gpuFlags: [
      { flag: 'NV', device: `${dir}/nvidia $x [id]` },
      { flag: 'ROCM', device: `${dir}/kfd` },
    ],
    packedVariables: [
      { name: 'PIP_USER', value: '0' },
      { name: 'PACKED', value: awkward },
    ],
    binds: [
      bind('/etc', '/host etc', { access: 'ro', optional: false }),
      bind(`${dir}/only here $x [id]`, '/only/here'),
      bind(`${dir}/é日本`, "/it's [id]"),
      bind(at('runscripts'), '/runscripts', { access: 'ro', optional: false }),
    ],
    userSoftware: {
      squashfs: at('user-software.squashfs'),
      directory: at('user-software'),
      container: containerPath('/user-software'),
    },
  };
}

export function bind(
  host: string,
  container: string,
  { access = 'rw', optional = true, ...more }: Partial<Pick<Bind, 'access' | 'optional' | 'imageSource'>> = {},
): Bind {
  return { host: hostPath(host), container: containerPath(container), access, optional, ...more, origin: 'test' };
}

/** What users have set. Binds, paths and other values are put together in ways of their own: a user has one of each. */
export const users: Record<string, Record<string, string>> = {
  'nothing set': {},
  'one bind, paths to prepend': { SINGULARITY_BIND: '/etc:/mine', SINGULARITYENV_PREPEND_PATH: '/mine/bin' },
  'both, the same': {
    SINGULARITY_BIND: '/etc:/mine',
    APPTAINER_BIND: '/etc:/mine',
    APPTAINERENV_PREPEND_PATH: '/mine',
    SINGULARITYENV_PREPEND_PATH: '/mine',
  },
  'both, different': {
    SINGULARITY_BIND: '/usr:/theirs',
    APPTAINER_BIND: '/etc:/mine',
    APPTAINERENV_PREPEND_PATH: '/mine/bin',
    SINGULARITYENV_PREPEND_PATH: '/b::/c/',
  },
  'SINGULARITY_BINDPATH, values that the module replaces': {
    SINGULARITY_BINDPATH: '/etc:/user-software/',
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
  APPTAINER_BINDPATH: { SINGULARITY_BIND: '/usr:/theirs', APPTAINER_BINDPATH: ' /runscripts// ,,/x' },
  'places of ours': { SINGULARITY_BIND: '/tmp:/user-software/,/tmp:/host etc:ro' },
  'a place of ours, odd': { APPTAINER_BIND: ' /tmp:  /user-software/ :ro,/x,:/y,a:' },
  'all places of ours': {
    SINGULARITY_BIND: '/tmp:/user-software',
    APPTAINER_BIND: '/tmp:/runscripts',
    SINGULARITY_BINDPATH: '/tmp:/host etc',
  },
  'awkward binds': { SINGULARITY_BIND: '/a b:/c d,/$x:/[id],/{:/},/`id`:/"\'\\', APPTAINER_BIND: '/x:/y,~/x,*' },
  'values like numbers': {
    SINGULARITY_BIND: '0x10',
    SIF: '1e3',
    APPTAINERENV_PREPEND_PATH: '007',
    CONTAINERROOT: '-1',
  },
};

/** A tree with modulefiles and the installs that they are of. */
export function treeWith(...modulefiles: ModulefileChanges[]): ModuleTree {
  const tree = makeModuleTree();
  for (const changed of modulefiles) {
    const modulefile = modulefileIn(tree, changed);
    tree.add(modulefile);
    for (const directory of ['runscripts', 'bin', 'user-software'])
      mkdirSync(join(tree.dir, 'software', modulefile.moduleName, directory), { recursive: true });
    const [image] = modulefile.image?.candidates ?? [];
    if (image !== undefined) tree.write(image.slice(tree.dir.length + 1));
  }
  return tree;
}

export type Snapshot = Readonly<Record<string, string>>;

/** Runs a script that takes snapshots of the environment with each tool. They must be the same with all of them. */
export async function compare(
  tree: ModuleTree,
  script: string,
  environment: Readonly<Record<string, string>> = {},
  among: readonly Tool[] = tools,
): Promise<readonly Snapshot[]> {
  const ran: { tool: Tool; stderr: string; snapshots: Snapshot[] }[] = [];
  // One after the other: scripts change files of the tree, and put them back.
  for (const tool of among) {
    const { stdout, stderr } = await tree.run(tool, script, environment);
    ran.push({ tool, stderr, snapshots: readSnapshots(stdout) });
  }
  const first = ran[0]?.snapshots ?? [];
  for (const each of ran) expect(each).toEqual({ ...each, snapshots: first });
  expect(first.length).toBeGreaterThan(0);
  return first;
}
