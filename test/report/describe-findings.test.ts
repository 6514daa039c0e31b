import { expect, test } from 'vitest';
import { foundThing, missingThing, unusableThing } from '../../src/lib/finding.ts';
import { describeFindings } from '../../src/report/describe-findings.ts';

const findings = [
  foundThing('runtime', 'Apptainer 1.4.5', ['`/usr/bin/apptainer`', 'on PATH']),
  missingThing('Slurm', ['`srun` on PATH']),
  unusableThing('prefix', 'cannot be written\u001b[2J', ['set by --prefix'], {
    hint: 'choose another',
    stopsInstalls: true,
  }),
];

test('a line each, what was tried and what to do below it', () => {
  expect(describeFindings(findings, { isColoured: false, width: undefined }).join('\n')).toBe(
    [
      'found      runtime  Apptainer 1.4.5  [`/usr/bin/apptainer`, on PATH]',
      'missing    Slurm    tried `srun` on PATH',
      'unusable   prefix   cannot be written\\u001b[2J',
      '                    tried: set by --prefix',
      '                    hint: choose another',
    ].join('\n'),
  );
});

test('colours are of the states alone', () => {
  const [first, second, third] = describeFindings(findings, { isColoured: true, width: undefined });
  expect(first?.startsWith('\u001b[32mfound    \u001b[39m  runtime  Apptainer')).toBe(true);
  expect(second?.startsWith('\u001b[33mmissing')).toBe(true);
  expect(third?.startsWith('\u001b[31munusable')).toBe(true);
});

test('on a screen what is too long goes on below, and paths stay whole', () => {
  const mpi = foundThing('host MPI', `MPICH 4.0.2: /opt/${'x'.repeat(50)}/libmpi.so, 13 libraries`, [
    'MPICH_DIR is /opt',
  ]);
  expect(describeFindings([mpi, ...findings.slice(0, 1)], { isColoured: false, width: 60 })).toEqual([
    'found      host MPI  MPICH 4.0.2:',
    `                     /opt/${'x'.repeat(50)}/libmpi.so,`,
    '                     13 libraries',
    '                     [MPICH_DIR is /opt]',
    'found      runtime   Apptainer 1.4.5',
    '                     [`/usr/bin/apptainer`, on PATH]',
  ]);
});
