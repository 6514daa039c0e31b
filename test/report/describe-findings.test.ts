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
  expect(describeFindings(findings, { isColoured: false }).join('\n')).toBe(
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
  const [first, second, third] = describeFindings(findings, { isColoured: true });
  expect(first?.startsWith('\u001b[32mfound    \u001b[39m  runtime  Apptainer')).toBe(true);
  expect(second?.startsWith('\u001b[33mmissing')).toBe(true);
  expect(third?.startsWith('\u001b[31munusable')).toBe(true);
});
