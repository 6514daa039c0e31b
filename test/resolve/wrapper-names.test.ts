import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { judgeNames } from '../../src/resolve/wrapper-names.ts';

it('tells programs that get no wrapper from those whose wrappers hide something, or are hidden', () => {
  const names = ['a b', '[', '-rf', 'ünï', 'bash', 'cd', 'test', 'jobs', 'ls', 'sudo', 'python', 'samtools'];
  expect(judgeNames(names, ['bash', 'sh'])).toEqual({
    refused: [
      { why: expect.stringContaining('letters, digits'), names: ['a b', '[', '-rf', 'ünï'] },
      { why: expect.stringContaining('scripts of the host'), names: ['bash'] },
    ],
    behindShell: ['cd', 'test', 'jobs'],
    beforeSystem: ['ls', 'sudo'],
  });
});

it('has the builtins of the bash that is there', () => {
  const builtins = execFileSync('bash', ['-c', 'compgen -b; compgen -k']).toString().trim().split('\n');
  const named = builtins.filter((name) => /^[a-z]/.test(name));
  expect(judgeNames(named, []).behindShell).toEqual(named);
});
