import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

test('what links in a bound directory lead to is bound too, and works inside', async () => {
  const sandbox = makeSandbox();
  const { dir, succeed } = sandbox;
  sandbox.write('pool/project_1/data', 'found\n');
  await succeed(`mkdir "$PWD/scratch"; ln -s "$PWD/pool/project_1" scratch/project_1`);
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('binds: [{ site: filesystems }]\n'));
  const environment = { CTINSTALL_BIND_GROUPS: `{ filesystems: ["${dir}/scratch"] }` };
  expect(await succeed('ctinstall show tiny-1.0.yaml', environment)).toContain(
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

test('start-shell tells a person at a terminal which of their directories are not bound, and only them', async () => {
  const { succeed, write } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig('binds: [/opt]\n'));
  await succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
  const atTerminal = (more: string): string =>
    `module load tiny; ${more} echo exit | script -qefc start-shell /dev/null`;
  const environment = { SCRATCH: '/srv/scratch' };
  expect(await succeed(atTerminal('cd /usr;'), environment)).toMatch(
    /note: \$PWD, \/usr, is bound by neither .*\r?\nnote: \$SCRATCH, \/srv\/scratch, is bound by neither/,
  );
  expect(
    await succeed(atTerminal('cd /opt; export SINGULARITY_BIND=/srv,$SINGULARITY_BIND;'), environment),
  ).not.toContain('is bound by neither');
  expect(await succeed('module load tiny; cd /usr; start-shell -c true 2>&1', environment)).toBe('');
});
