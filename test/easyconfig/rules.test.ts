import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeBadContainerPath, describeBadVariableValue, variableNameOf } from '../../src/easyconfig/rules.ts';

function valueOfTestbed(name: string): string {
  const file = fileURLToPath(new URL('../../testbed/env.sh', import.meta.url));
  return execFileSync('bash', ['-c', `. "$1"; printf %s "\${!2}"`, 'env', file, name], { encoding: 'utf8' });
}

describe('variableNameOf', () => {
  // As EasyBuild's convert_name(name, upper=True) answers.
  it.each([
    ['mpi4py', 'MPI4PY'],
    ['PyTorch-bundle', 'PYTORCHMINBUNDLE'],
    ['g++', 'GPLUSPLUS'],
    ['a.b_c', 'AB_C'],
    ['x-y+z.w', 'XMINYPLUSZW'],
  ])('%s → %s', (name, variable) => {
    expect(variableNameOf(name)).toBe(variable);
  });
});

describe('describeBadContainerPath', () => {
  it.each([
    '/',
    '//',
    '/.',
    '/runscripts',
    '/runscripts/',
    '//runscripts//.',
    '/user-software',
    '/./user-software',
    '/.singularity.d',
  ])('refuses %s, a place of ours or the runtime’s', (path) => {
    expect(describeBadContainerPath(path)).toMatch(/uses itself/);
  });

  it.each(['/runscripts2', '/opt/runscripts', '/user-software/x', '/...', '/a b/c', "/$x`'"])('takes %s', (path) => {
    expect(describeBadContainerPath(path)).toBeUndefined();
  });

  it.each([
    ['relative', 'is not an absolute path'],
    ['/a:b', 'holds `:`, which the container runtimes take for a separator'],
    ['/a,b', 'holds `,`, which the container runtimes take for a separator'],
    ['/a^b', 'holds `^`, which the container runtimes take for a separator'],
    ['/a\\b', 'holds `\\`, which the container runtimes take for a separator'],
    ['/a\tb', 'holds a newline or another control character'],
    ['/a ', 'begins or ends with a blank, which the container runtimes drop'],
    ['/a/..', 'holds `..`'],
    ['/\ud800', 'is not valid Unicode text'],
    [`/${'é'.repeat(2048)}`, 'is longer than 4,095 bytes, which no path can be'],
    [`/a/${'b'.repeat(256)}`, 'has a part of more than 255 bytes, which no file system takes'],
    ['/abc'.repeat(1000), 'is longer than 3,900 bytes, which is more than the container runtimes can mount'],
  ])('refuses %j', (path, why) => {
    expect(describeBadContainerPath(path)).toBe(why);
  });
});

it('takes as long a path in the container as the runtime does', () => {
  const longest = `/${'a'.repeat(194)}`.repeat(20);
  expect(describeBadContainerPath(longest)).toBeUndefined();
  const image = valueOfTestbed('CT_IMAGES');
  const argv = ['exec', '--bind', `/etc:${longest}`, `${image}/tiny.sif`, 'ls', `${longest}/passwd`];
  const options = { encoding: 'utf8', env: { PATH: valueOfTestbed('PATH'), HOME: '/' } } as const;
  expect(execFileSync('singularity', argv, options)).toBe(`${longest}/passwd\n`);
});

describe('describeBadVariableValue', () => {
  it.each(['\n', '\r', '\0', '\v', '\f'])('refuses %j, which Lmod cannot carry', (character) => {
    expect(describeBadVariableValue(`a${character}b`)).toMatch(/cannot set/);
  });

  it('refuses what is too long and what is no text', () => {
    expect(describeBadVariableValue('é'.repeat(20_000))).toBeUndefined();
    expect(describeBadVariableValue(`${'é'.repeat(20_000)}x`)).toMatch(/longer than/);
    expect(describeBadVariableValue('\udc00')).toMatch(/Unicode/);
  });
});
