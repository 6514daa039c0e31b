import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkModulePath, checkModulesTool } from '../../src/discover/modules-tool.ts';
import { checkSlurm, parseMpiTypes } from '../../src/discover/slurm.ts';
import { checkSquashfsTools } from '../../src/discover/squashfs-tools.ts';
import { machine as testbed } from '../harness/sandbox.ts';
import { makeMachine, thisMachine } from './fake-machine.ts';

describe('squashfs tools', () => {
  it('of this machine, with the compressors that work', async () => {
    const { state, value } = await checkSquashfsTools({ ...thisMachine(), environment: { PATH: testbed.path } });
    expect([state, value]).toEqual(['found', expect.stringMatching(/^4\.\d[\d.]*, with zstd, gzip, lz4, xz$/)]);
  });

  it('that are not there', async () => {
    expect(await checkSquashfsTools(makeMachine())).toMatchObject({
      state: 'missing',
      tried: ['`mksquashfs` on PATH', '`unsquashfs` on PATH'],
      stopsInstalls: false,
    });
  });

  it('that do not start, and that know no zstd', async () => {
    const machine = makeMachine();
    machine.program('mksquashfs', 'exit 1');
    machine.program('unsquashfs', 'echo unsquashfs version 4.3 "(2014/05/12)"');
    expect(await checkSquashfsTools(machine)).toMatchObject({
      state: 'unusable',
      value: '`mksquashfs` does not start',
    });
    machine.program('mksquashfs', 'case "$*" in *-version*) echo mksquashfs version 4.3;; *zstd*) exit 1;; esac');
    const finding = await checkSquashfsTools(machine);
    expect(finding).toMatchObject({ state: 'found', value: '4.3, with gzip, lz4, xz' });
    expect(finding.hint).toContain('zstd');
    expect(readdirSync(`${machine.dir}/tmp`)).toEqual([]);
  });
});

describe('the modules tool', () => {
  it('is Lmod where it says so', async () => {
    const machine = makeMachine({ LMOD_CMD: '/lmod/libexec/lmod', LMOD_VERSION: '8.7.1', MODULESHOME: '/lmod' });
    expect(await checkModulesTool(machine)).toMatchObject({ state: 'found', value: 'Lmod 8.7.1' });
  });

  it('is Environment Modules where it answers so', async () => {
    const machine = makeMachine();
    const program = machine.program('modulecmd.tcl', 'echo "Modules Release 5.2.0 (2022-11-08)" >&2');
    const environment = { ...machine.environment, MODULES_CMD: program };
    expect(await checkModulesTool({ ...machine, environment }, 'environment-modules')).toMatchObject({
      state: 'found',
      value: 'Environment Modules 5.2.0',
    });
    expect(await checkModulesTool({ ...machine, environment }, 'lmod')).toMatchObject({
      state: 'unusable',
      hint: expect.stringContaining('modules_tool environment-modules'),
    });
    const both = { ...environment, LMOD_CMD: '/lmod', LMOD_VERSION: '8.7' };
    expect(await checkModulesTool({ ...machine, environment: both })).toMatchObject({
      state: 'ambiguous',
      value: 'Lmod 8.7 or Environment Modules 5.2.0',
      tried: ['LMOD_CMD is `/lmod`', `\`${program}\``],
    });
  });

  it.each([
    [
      '4.5.3',
      ['`family`', '`depends-on`', 'from 5.1 on', '`module-hide`', 'from 4.6 on', 'two environments load together'],
    ],
    ['5.0.1', ['`family`', '`depends-on`', 'from 5.1 on']],
  ])('is told of what it lacks where it is Environment Modules %s', async (version, words) => {
    const machine = makeMachine();
    const program = machine.program('modulecmd.tcl', `echo "Modules Release ${version} (2020-08-31)" >&2`);
    const environment = { ...machine.environment, MODULES_CMD: program };
    const { state, value, hint } = await checkModulesTool({ ...machine, environment }, 'environment-modules');
    expect([state, hint]).toEqual(['unusable', 'modules need Environment Modules 5.1 or later, or Lmod']);
    for (const word of words) expect(value).toContain(word);
    expect(value?.includes('module-hide')).toBe(words.includes('`module-hide`'));
  });

  it('is missing where the session has none', async () => {
    expect(await checkModulesTool(makeMachine())).toMatchObject({
      state: 'missing',
      tried: ['`LMOD_CMD`', '`MODULES_CMD`', '`MODULESHOME`'],
      stopsInstalls: false,
    });
  });

  it('sees what is installed where the module path is on MODULEPATH', () => {
    expect(checkModulePath('/p/modules', makeMachine({ MODULEPATH: '/a:/p/modules/' })).state).toBe('found');
    expect(checkModulePath('/p/modules', makeMachine({ MODULEPATH: '/p/modules2' }))).toMatchObject({
      state: 'missing',
      hint: expect.stringContaining('module use /p/modules'),
    });
  });
});

describe('Slurm', () => {
  it('is not there', async () => {
    expect(await checkSlurm(makeMachine())).toMatchObject({ state: 'missing', tried: ['`srun` on PATH'] });
  });

  it('says its version and how it starts MPI', async () => {
    const machine = makeMachine();
    machine.program(
      'srun',
      'case $1 in --version) echo slurm-wlm 22.05.8;; *) printf "MPI plugin types are...\\n\\tpmix\\n\\tnone\\n\\tpmi2\\nspecific pmix plugin versions available: pmix_v3,pmix_v4\\n";; esac',
    );
    expect(await checkSlurm(machine)).toMatchObject({
      state: 'found',
      value: '22.05.8, starts MPI by pmix, pmi2, pmix_v3, pmix_v4',
    });
    machine.program('srun', 'echo "srun: error: resolve_ctls_from_dns_srv" >&2; exit 1');
    expect(await checkSlurm(machine)).toMatchObject({ state: 'unusable' });
  });

  it('listed the types on lines of its own name once', () => {
    expect(parseMpiTypes('srun: MPI types are...\nsrun: cray_shasta\nsrun: none\nsrun: pmi2\n')).toEqual([
      'cray_shasta',
      'pmi2',
    ]);
  });
});
