import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

test('what links in a bound directory lead to is bound too, and works inside', async () => {
  const sandbox = makeSandbox();
  const { dir, succeed } = sandbox;
  sandbox.write('pool/project_1/data', 'found\n');
  await succeed(`mkdir "$PWD/scratch"; ln -s "$PWD/pool/project_1" scratch/project_1`);
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('binds: [{ site: filesystems }]\n'));
  const environment = { CTINSTALL_BIND_GROUPS: `{ filesystems: ["${dir}/scratch"] }` };
  expect(await succeed('ctinstall show --trace tiny-1.0.yaml', environment)).toContain(
    `bind         ${dir}/pool/project_1 → ${dir}/pool/project_1 (links in ${dir}/scratch, optional; here)`,
  );
  await succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml', environment);
  // With --contain nothing is there but what is bound.
  expect(
    await succeed(
      `module load tiny; singularity exec --contain "$SIF" cat "${dir}/scratch/project_1/data"`,
      environment,
    ),
  ).toBe('found\n');
});

describe('start-shell tells of a current directory that is not seen inside', () => {
  const said = /^note: \$PWD, (.*), is bound by neither the module nor you: inside you are elsewhere.*\n$/;

  let sandbox: Sandbox;
  let remove: () => void;

  beforeAll(async () => {
    sandbox = makeSandbox((whenDone) => {
      remove = whenDone;
    });
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml; mkdir -p real/below elsewhere');
  });

  afterAll(() => remove());

  /** What start-shell says where each of the commands leads, without the runtime's own words; and whether that is seen inside. */
  async function tryWhere(
    commands: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ note: string; isSeen: boolean }[]> {
    const trials = commands.map(
      (command) => `(${command}
        start-shell -c '[ "$(stat -c %d:%i .)" = "$1" ] && echo seen' bash "$(stat -L -c %d:%i .)") 2>&1; echo end`,
    );
    const { stdout } = await sandbox.run(`module load tiny\n${trials.join('\n')}`, environment);
    return stdout
      .split(/^end\n/m)
      .slice(0, -1)
      .map((said) => ({ note: /^note: .*\n/m.exec(said)?.[0] ?? '', isSeen: /^seen$/m.test(said) }));
  }

  test('where the image has its own', async () => {
    const [usr, etc] = await tryWhere(['cd /usr', 'cd /etc']);
    expect([usr?.isSeen, said.exec(usr?.note ?? '')?.[1]]).toEqual([false, '/usr']);
    expect([etc?.isSeen, said.exec(etc?.note ?? '')?.[1]]).toEqual([false, '/etc']);
  });

  test('where a link leads to a place that is not bound', async () => {
    // The home directory is shown by the runtime itself: another one hides what is beside it from the check.
    const environment = { HOME: '/nowhere' };
    const link = `${sandbox.dir}/link`;
    await sandbox.succeed(`ln -s /opt link; ln -s /srv brought`);
    const [linked, brought] = await tryWhere([`cd "${link}"`, `cd "${sandbox.dir}/brought"`], environment);
    expect([linked?.isSeen, said.exec(linked?.note ?? '')?.[1]]).toEqual([false, link]);
    expect(brought).toEqual({ note: '', isSeen: true });
    expect(await tryWhere([`cd "${link}"`], { ...environment, APPTAINER_BIND: '/opt' })).toEqual([
      { note: '', isSeen: true },
    ]);
  });

  test('and of no other: what the runtime brings along, what is bound, links within', async () => {
    await sandbox.succeed('ln -s real inner');
    const commands = [sandbox.dir, '/srv', '/usr/share', `${sandbox.dir}/inner/below`].map(
      (directory) => `cd "${directory}"`,
    );
    commands.push('cd /opt; export SINGULARITY_BINDPATH=/opt');
    const tried = await tryWhere(commands);
    expect(tried.map((seen, index) => [commands[index], seen])).toEqual(
      commands.map((command) => [command, { note: '', isSeen: true }]),
    );
  });

  test('once for a job, not for each of its tasks', async () => {
    const ranks = ['SLURM_PROCID=0', 'SLURM_PROCID=1', 'PMI_RANK=1', 'OMPI_COMM_WORLD_RANK=1', 'PMIX_RANK=1'];
    const tried = await tryWhere(ranks.map((rank) => `export ${rank}; cd /usr`));
    expect(tried.map(({ note }, index) => [ranks[index], note !== ''])).toEqual(
      ranks.map((rank) => [rank, rank === 'SLURM_PROCID=0']),
    );
  });

  test('and a person at a terminal also of large directories that are not bound', async () => {
    const { succeed } = sandbox;
    const atTerminal = (more: string): string =>
      `module load tiny; ${more} echo exit | script -qefc start-shell /dev/null`;
    const environment = { SCRATCH: '/srv/scratch' };
    expect(await succeed(atTerminal('cd /usr;'), environment)).toMatch(
      // The terminal echoes the `exit` anywhere between.
      /note: \$PWD, \/usr, is bound by neither [\s\S]*\nnote: \$SCRATCH, \/srv\/scratch, is bound by neither/,
    );
    expect(
      await succeed(atTerminal('cd /tmp; export SINGULARITY_BIND=/srv,$SINGULARITY_BIND;'), environment),
    ).not.toContain('is bound by neither');
    expect(await succeed('module load tiny; start-shell -c true 2>&1', environment)).toBe('');
  });
});
