import { describe, expect, it } from 'vitest';
import { fileNameOf, fullVersionOf } from '../../src/easyconfig/normalize.ts';
import { least, normalFormOf } from './support.ts';

describe('normalizeEasyconfig', () => {
  it('fills every default', () => {
    expect(normalFormOf(least)).toStrictEqual({
      name: 'demo',
      version: '1.0',
      versionsuffix: '',
      homepage: undefined,
      whatis: [],
      description: '',
      usage: '',
      examples: '',
      citing: '',
      shell: { family: undefined, aliases: {}, functions: {}, loadMessage: undefined },
      docurls: [],
      moduleclass: 'tools',
      image: {
        file: 'demo.sif',
        directory: undefined,
        sha256: undefined,
        source: undefined,
        mode: undefined,
        isSigned: false,
      },
      build: undefined,
      binds: [],
      runscripts: [],
      wrappers: [],
      files: [],
      gpu: undefined,
      envSets: [],
      mpi: undefined,
      conda: undefined,
      venv: undefined,
      condaPackages: undefined,
      userSoftware: { path: '/user-software', isPacked: false, from: undefined },
      env: { module: {}, container: {}, modulePaths: {}, containerPaths: {} },
      sanityCheckPaths: { files: [], dirs: [] },
      extensions: [],
      dependsOn: [],
      buildDependencies: [],
      conflicts: [],
      moduleKind: undefined,
      deprecated: undefined,
      isHidden: false,
      postInstall: [],
      sanityCheckCommands: [],
    });
  });

  it('keeps all that is written', () => {
    const sha256 = '0123456789abcdef'.repeat(4);
    expect(
      normalFormOf(`name: demo
version: "1.0"
versionsuffix: -x
homepage: https://h
whatis: [one, two]
description: |
  First.

    Second.
usage: Call it.
examples: one
citing: them
family: fam
aliases: { a: b }
functions: { f: g, h: { bash: i, csh: j } }
load_message: "Hello\\n"
docurls: [https://d]
moduleclass: ai
image: { file: demo.sif, sha256: ${sha256}, source: 'docker://a/b:1', mode: link, verify: signed }
extensions: [numpy/1.26.4, numpy/1.26.4]
depends_on: [rocm]
build_dependencies: [tool/1]
conflicts: [other]
module_kind: tool
deprecated: use 2
hidden: true
post_install: [make, { command: configure, host: true }]
binds:
  - /same
  - site: slurm
  - { host: /a, container: /b, access: ro, optional: true }
  - { host: /h }
runscripts: [one, two, one]
wrappers: [start-shell]
mpi: { replace: auto, never: [mpi], glibc: overlay }
files: [{ path: bin/a, text: x }, { path: share/b, from: b.def, mode: "600" }]
python: { conda_env: base, conda_root: /opt/conda/, venv: { name: torch }, conda: { name: c, file: environment.yml, program: /opt//conda } }
user_software: { path: /opt/prog/, pack: true, from: /opt//there/ }
env: { module: { A: "1", M: { prepend: /m } }, container: { B: "2", P: { prepend: [/a, /b], append: /z } } }
sanity_check_paths: { files: [bin/x], dirs: [lib] }
sanity_check_commands: [echo]
`),
    ).toStrictEqual({
      name: 'demo',
      version: '1.0',
      versionsuffix: '-x',
      homepage: 'https://h',
      whatis: ['one', 'two'],
      description: 'First.\n\n  Second.',
      usage: 'Call it.',
      examples: 'one',
      citing: 'them',
      shell: {
        family: 'fam',
        aliases: { a: 'b' },
        functions: { f: { bash: 'g', csh: undefined }, h: { bash: 'i', csh: 'j' } },
        loadMessage: 'Hello',
      },
      docurls: ['https://d'],
      moduleclass: 'ai',
      image: { file: 'demo.sif', directory: undefined, sha256, source: 'docker://a/b:1', mode: 'link', isSigned: true },
      build: undefined,
      binds: [
        { kind: 'path', host: '/same', container: '/same', access: 'rw', optional: false },
        { kind: 'site', group: 'slurm' },
        { kind: 'path', host: '/a', container: '/b', access: 'ro', optional: true },
        { kind: 'path', host: '/h', container: '/h', access: 'rw', optional: false },
      ],
      runscripts: ['one', 'two'],
      wrappers: [{ kind: 'command', name: 'start-shell', command: 'start-shell', args: [], binds: [] }],
      files: [
        { path: 'bin/a', mode: 0o755, content: { kind: 'text', text: 'x' } },
        { path: 'share/b', mode: 0o600, content: { kind: 'from', from: 'b.def' } },
      ],
      gpu: undefined,
      envSets: [],
      mpi: { replace: 'auto', never: ['mpi'], glibc: 'overlay' },
      conda: { name: 'base', root: '/opt/conda' },
      venv: { name: 'torch', requirements: undefined, pipOptions: [], installer: 'auto' },
      condaPackages: { name: 'c', file: 'environment.yml', program: '/opt/conda' },
      userSoftware: { path: '/opt/prog', isPacked: true, from: '/opt/there' },
      env: {
        module: { A: '1' },
        container: { B: '2' },
        modulePaths: { M: { prepend: ['/m'], append: [] } },
        containerPaths: { P: { prepend: ['/a', '/b'], append: ['/z'] } },
      },
      sanityCheckPaths: { files: ['bin/x'], dirs: ['lib'] },
      extensions: ['numpy/1.26.4'],
      dependsOn: ['rocm'],
      buildDependencies: ['tool/1'],
      conflicts: ['other'],
      moduleKind: 'tool',
      deprecated: 'use 2',
      isHidden: true,
      postInstall: [
        { command: 'make', host: false },
        { command: 'configure', host: true },
      ],
      sanityCheckCommands: [{ command: 'echo', host: false }],
    });
  });

  it('looks for conda where LUMI has it', () => {
    expect(normalFormOf(`${least}python: { conda_env: base }\n`).conda).toEqual({
      name: 'base',
      root: '/opt/miniconda3',
    });
    expect(normalFormOf(`${least}python: { conda_root: /opt/x }\n`).conda).toBeUndefined();
  });

  it('knows the full version and the file name', () => {
    const easyconfig = { name: 'mpi4py', version: '3.1.6', versionsuffix: '-rocm' };
    expect(fullVersionOf(easyconfig)).toBe('3.1.6-rocm');
    expect(fileNameOf(easyconfig)).toBe('mpi4py-3.1.6-rocm.yaml');
  });
});
