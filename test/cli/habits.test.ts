import { describe, expect, it } from 'vitest';
import { answeredFlags, answeredWords, answerHabits, commandOf } from '../../src/cli/habits.ts';
import { allCommandNames, commandFirst, makeProgram } from '../../src/cli/program.ts';
import { CtinstallError } from '../../src/lib/errors.ts';
import { contextIn } from './support.ts';

/** The answer to a line: message and hint. */
function answered(...argv: string[]): string {
  try {
    answerHabits(argv);
  } catch (error) {
    if (error instanceof CtinstallError) return `${error.message}; ${error.hint}`;
    throw error;
  }
  return '';
}

describe('words that people type from habit', () => {
  it('are taken for the command that they mean', () => {
    expect(commandFirst(['ls', 'torch'])).toEqual(['list', 'torch']);
    expect(commandFirst(['--prefix', '/a', 'remove', 'x'])).toEqual(['uninstall', '--prefix', '/a', 'x']);
    expect(commandFirst(['help', 'info'])).toEqual(['show', '--help']);
    expect(commandFirst(['rm.yaml'])).toEqual(['rm.yaml']);
  });

  it('are answered with the right one', () => {
    expect(answered('unpack', 'mpi4py')).toBe('there is no command `unpack`; use `ctinstall squashfs unmake mpi4py`');
    expect(answered('load', "it's")).toBe("there is no command `load`; use `module load 'it'\\''s'`");
    expect(answered('run', 'x')).toContain('its wrappers are commands then: `module load <module>`');
    expect(answered('x.yaml', 'run')).toBe('');
  });

  it('are none of ours', () => {
    for (const word of answeredWords) expect(allCommandNames).not.toContain(commandOf(word));
    const ours = makeProgram(contextIn('/')).commands.flatMap(({ options }) =>
      options.flatMap(({ short, long }) => [short, long]),
    );
    for (const flag of answeredFlags) expect(ours).not.toContain(flag);
  });
});

describe('flags that people type from habit', () => {
  it('are answered with the command, whatever stands around them', () => {
    expect(answered('--search', 'torch')).toBe('there is no option `--search`; use `ctinstall search torch`');
    expect(answered('--search=torch')).toBe('there is no option `--search`; use `ctinstall search torch`');
    expect(answered('a.yaml', '--robot', '-n')).toContain('leave the flag out: `ctinstall a.yaml -n`');
    expect(answered('a.yaml', '--', '--robot')).toBe('');
    expect(answered('a.yaml', '--dry-run')).toBe('');
  });
});
