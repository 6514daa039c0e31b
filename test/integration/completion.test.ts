import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/** What bash is given for a command line whose last word is begun. */
async function completeInBash(sandbox: Sandbox, words: string): Promise<string[]> {
  const reply = await sandbox.succeed(
    `source <(ctinstall completion bash); COMP_WORDS=(ctinstall ${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _ctinstall; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  return reply.split('\n').filter((word) => word !== '');
}

describe('completion', () => {
  test('of commands, options, easyconfigs and installed modules, in bash', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    sandbox.write('zoo keeper-2.0.yaml', tinyEasyconfig());
    await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
    expect(await completeInBash(sandbox, 'unin')).toEqual(['uninstall']);
    expect(await completeInBash(sandbox, 'install --inj')).toEqual(['--inject-checksums']);
    expect(await completeInBash(sandbox, 'mpi4')).toEqual(['mpi4py-3.1.6-rocm-6.2.0.yaml']);
    expect(await completeInBash(sandbox, "show 'zoo\\\\ k'")).toEqual(['zoo keeper-2.0.yaml']);
    expect(await completeInBash(sandbox, "uninstall ''")).toEqual(['tiny/1.0']);
    expect(await completeInBash(sandbox, 'squashfs make t')).toEqual(['tiny/1.0']);
  });

  test('of a directory that holds what a line cannot', async () => {
    const sandbox = makeSandbox();
    await sandbox.succeed(`touch $'a\\nb-1.yaml' $'c\\td-1.yaml' '$(reboot)-1.yaml'`);
    const offered = await completeInBash(sandbox, "install ''");
    expect(offered).toEqual(expect.arrayContaining(['$(reboot)-1.yaml', 'mpi4py-3.1.6-rocm-6.2.0.yaml']));
    expect(offered.filter((each) => /^[abcd]-1|[\n\t]/.test(each))).toEqual([]);
  });

  test('is printed for bash, zsh and fish', async () => {
    const sandbox = makeSandbox();
    for (const shell of ['bash', 'zsh', 'fish'])
      expect(
        await sandbox.succeed(`ctinstall completion ${shell} | ${shell} -n; ctinstall completion ${shell}`),
      ).toContain('__complete');
    const other = await sandbox.run('ctinstall completion csh');
    expect(other).toMatchObject({ status: 2, stdout: '' });
  });
});
