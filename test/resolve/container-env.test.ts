import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resolveContainerEnv } from '../../src/resolve/container-env.ts';
import { type ContainerEnvRow, containerEnvTable } from '../../src/resolve/container-env-table.ts';

const page = readFileSync(new URL('../../docs/container-environment.md', import.meta.url), 'utf8');

const verdicts: Readonly<Record<ContainerEnvRow['verdict'], (value: string) => string>> = {
  pass: () => 'passes',
  drop: () => 'stays outside',
  set: (value) => `is \`${value}\``,
  path: (value) => `is bound, else ${value === '' ? 'dropped' : `\`${value}\``}`,
  locale: (value) => `passes if the image has it, else \`${value}\``,
  runtime: () => 'as the runtime has it',
};

function lineOf({ names, verdict, value = '', what, why }: ContainerEnvRow): string {
  const list = names.map((name) => `\`${name}\``).join(', ');
  return `| ${what} | ${list} | ${verdicts[verdict](value)} | ${why} |`;
}

test('docs/container-environment.md shows the table', () => {
  const lines = page.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'));
  expect(lines).toEqual(containerEnvTable.map(lineOf));
});

test('no name is in two rows', () => {
  const names = containerEnvTable.flatMap((row) => row.names);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe('what the settings say', () => {
  const plain = resolveContainerEnv({ pass: [], drop: [] });

  test('without any, the table holds', () => {
    expect(plain.dropped).toEqual(expect.arrayContaining(['VIRTUAL_ENV', 'LD_PRELOAD', 'CC', 'BASH_ENV']));
    expect(plain.droppedBeginnings).toEqual(['PYTHON', 'CONDA_', 'JULIA_']);
    expect(plain.droppedPatterns).toEqual([]);
    expect(plain.passing).toEqual(expect.arrayContaining(['PYTHONUNBUFFERED', 'JULIA_NUM_THREADS']));
    // It is set inside, whatever the host has.
    expect(plain.passing).not.toContain('PYTHONNOUSERSITE');
    expect(plain.set).toEqual({ PYTHONNOUSERSITE: '1', PIP_USER: '0' });
    expect(plain.paths).toMatchObject({ TMPDIR: '/tmp', SSH_AUTH_SOCK: '', HF_HOME: '' });
    // A directory for temporary files is not made by those that use it.
    expect(plain.madePaths).toContain('HF_HOME');
    expect(plain.madePaths).not.toContain('TMPDIR');
    expect(resolveContainerEnv({ pass: ['HF_HOME'], drop: [] }).madePaths).not.toContain('HF_HOME');
  });

  test('names and patterns that pass', () => {
    const got = resolveContainerEnv({ pass: ['C?', 'PYTHON*', 'TMPDIR', 'LC_*', 'PIP_USER'], drop: [] });
    expect(got.dropped).not.toContain('CC');
    expect(got.dropped).toContain('CXX');
    expect(got.passing).toEqual(expect.arrayContaining(['PYTHON*', 'LC_*']));
    expect(got.set).toEqual({});
    expect(got.paths).not.toHaveProperty('TMPDIR');
  });

  test('names and patterns that stay outside; what is said to pass counts before them', () => {
    const got = resolveContainerEnv({
      pass: ['MY_OWN', 'CC'],
      drop: ['MINE', 'MY_*', '*_TOKEN', 'PYTHONUTF8', 'CC', 'name', 'my_*'],
    });
    expect(got.dropped).toEqual(expect.arrayContaining(['MINE', 'PYTHONUTF8']));
    expect(got.dropped).not.toContain('CC');
    expect(got.droppedBeginnings).toEqual([...plain.droppedBeginnings, 'MY_']);
    // Wrappers have variables of such names.
    expect(got.droppedPatterns).toEqual(['*_TOKEN', 'name', 'my_*']);
    expect(got.dropped).not.toContain('name');
    expect(got.passing).toEqual(expect.arrayContaining(['MY_OWN', 'CC', 'PYTHONHASHSEED']));
    expect(got.passing).not.toContain('PYTHONUTF8');
  });
});
