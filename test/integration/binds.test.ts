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
    `bind         ${dir}/pool → ${dir}/pool (links in ${dir}/scratch, optional; here)`,
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
