import { describe, expect, it } from 'vitest';
import { judgeProof } from '../../../../src/operations/build/proot/proof.ts';

describe('what a proot shows before it is used', () => {
  it.each([
    ['all as in the image', 'file\nlisted-file\nroot\n', undefined],
    ['nothing', '', /runs commands on this machine/],
    ['the machine', 'host\nlisted-host\n', /runs commands on this machine/],
    ['the machine and the image', 'file\nhost\nlisted-file\nlisted-host\nroot\n', /runs commands on this machine/],
    ['a file that only some calls find', 'file\nroot\n', /`statx`/],
    ['a directory of the machine by some calls', 'file\nlisted-file\nlisted-host\nroot\n', /`statx`/],
    ['another user', 'file\nlisted-file\n', /not be root/],
    ['no ls', 'no-ls\nfile\nroot\n', /no `ls`/],
    ['no id', 'no-id\nfile\nlisted-file\n', /no `id`/],
  ] as const)('%s', (_, said, fault) => {
    const judged = judgeProof(said);
    if (fault === undefined) expect(judged).toBeUndefined();
    else expect(judged).toMatch(fault);
  });
});
