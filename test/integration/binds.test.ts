import { describe, expect, test } from 'vitest';
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

  async function installed() {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
    await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml; mkdir -p real/below elsewhere');
    return sandbox;
  }

  /** What start-shell says in a directory, without the runtime's own words; and whether `here` is seen inside. */
  async function tryIn(
    { run }: Sandbox,
    directory: string,
    { environment = {}, before = '' }: { environment?: Record<string, string>; before?: string } = {},
  ): Promise<{ note: string; isSeen: boolean }> {
    const script = `module load tiny; ${before} cd "${directory}"; [ ! -w . ] || echo host > here
      start-shell -c '[ "$(stat -c %d:%i .)" = "$1" ] && echo seen' bash "$(stat -L -c %d:%i .)"; exit 0`;
    const { stdout, stderr } = await run(script, environment);
    const lines = stderr.split('\n').filter((line) => line.startsWith('note: '));
    return { note: lines.map((line) => `${line}\n`).join(''), isSeen: stdout.includes('seen') };
  }

  test('where the image has its own', async () => {
    const sandbox = await installed();
    for (const directory of ['/usr', '/etc', '/var']) {
      const { note, isSeen } = await tryIn(sandbox, directory);
      expect([directory, isSeen, said.exec(note)?.[1]]).toEqual([directory, false, directory]);
    }
  });

  test('where a link leads to a place that is not bound', async () => {
    const sandbox = await installed();
    // The home directory is shown by the runtime itself: another one hides what is beside it from the check.
    const environment = { HOME: '/nowhere' };
    const link = `${sandbox.dir}/link`;
    await sandbox.succeed(`ln -s /opt ${link}; ln -s /srv ${sandbox.dir}/brought`);
    const { note, isSeen } = await tryIn(sandbox, link, { environment });
    expect([isSeen, said.exec(note)?.[1]]).toEqual([false, link]);
    const bound = await tryIn(sandbox, link, { environment: { ...environment, APPTAINER_BIND: '/opt' } });
    expect(bound).toEqual({ note: '', isSeen: true });
    expect(await tryIn(sandbox, `${sandbox.dir}/brought`, { environment })).toEqual({ note: '', isSeen: true });
  });

  test('and of no other: what the runtime brings along, what is bound, links within', async () => {
    const sandbox = await installed();
    await sandbox.succeed('ln -s "$PWD/real" inner');
    for (const directory of [sandbox.dir, '/srv', '/usr/share', '/tmp', `${sandbox.dir}/inner/below`])
      expect([directory, await tryIn(sandbox, directory)]).toEqual([directory, { note: '', isSeen: true }]);
    const bound = await tryIn(sandbox, '/opt', { environment: { SINGULARITY_BINDPATH: '/opt' } });
    expect(bound).toEqual({ note: '', isSeen: true });
  });

  test('once for a job, not for each of its tasks', async () => {
    const sandbox = await installed();
    for (const [rank, isSaid] of [
      ['0', true],
      ['1', false],
    ] as const)
      for (const name of ['SLURM_PROCID', 'PMI_RANK', 'OMPI_COMM_WORLD_RANK', 'PMIX_RANK']) {
        const { note } = await tryIn(sandbox, '/usr', { environment: { [name]: rank } });
        expect([name, rank, note !== '']).toEqual([name, rank, isSaid]);
      }
  });

  test('and a person at a terminal also of large directories that are not bound', async () => {
    const { succeed } = await installed();
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
