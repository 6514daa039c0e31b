import { expect, test } from 'vitest';
import { orMistypedAction } from '../../../src/cli/words/mistyped-action.ts';
import { CtinstallError } from '../../../src/lib/errors.ts';

test.each([
  ['tset', 'see what is with `ctinstall list`', 'did you mean `ctinstall mpi test`?'],
  ['tset', 'did you mean `t`?', 'did you mean `ctinstall mpi test`, or the module `t`?'],
  ['mpich', 'see what is with `ctinstall list`', 'see what is with `ctinstall list`'],
])('of a module %s that is not installed, with the hint: %s', async (word, before, hint) => {
  const named = { command: 'mpi', word, actions: ['save', 'test', 'trace'] };
  const fails = async () => {
    throw new CtinstallError('not-installed', `\`${word}\` is not installed under \`/p\``, { hint: before });
  };
  await expect(orMistypedAction(named, fails)).rejects.toMatchObject({ code: 'not-installed', hint });
});
