import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const images = 'mkdir sci other; cp "$CT_IMAGES/tiny.sif" sci/tiny.sif';

test('an image beside its easyconfig is found from any directory', async () => {
  const sandbox = makeSandbox();
  sandbox.write('sci/tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(
    'cp "$CT_IMAGES/tiny.sif" sci; ctinstall ~/sci/tiny-1.0.yaml; module load tiny; test -f "$SIF"',
  );
});

test('`image.directory` is a full path, or begins at the easyconfig', async () => {
  const sandbox = makeSandbox();
  sandbox.write('e/tiny-1.0.yaml', tinyEasyconfig().replace('tiny.sif', 'tiny.sif, directory: images'));
  await sandbox.succeed('mkdir e/images; cp "$CT_IMAGES/tiny.sif" e/images; ctinstall e/tiny-1.0.yaml');
  const gone = await sandbox.run(
    'rm e/images/tiny.sif; ctinstall --rebuild --set image.directory=/none e/tiny-1.0.yaml',
  );
  expect(gone.status).toBe(0);
  const never = await sandbox.run('ctinstall --set name=never --set image.directory=/none e/tiny-1.0.yaml');
  expect(never.stderr).toContain(`\`tiny.sif\` is in none of: `);
  expect(never.stderr).toContain(`\`/none\`, \`${sandbox.dir}/e\`, \`.\``);
});

test('what `new` writes installs from any directory', async () => {
  const sandbox = makeSandbox();
  await sandbox.succeed(
    `${images}; ctinstall new sci/tiny.sif --output other/tiny.yaml; cd /; ctinstall ~/other/tiny.yaml`,
  );
});

test('and what `wrap` writes', async () => {
  const sandbox = makeSandbox();
  await sandbox.succeed(
    `${images}; cd other; ctinstall wrap container ../sci/tiny.sif --name w --wrappers cat
    cd /; rm "$CTINSTALL_PREFIX/software/w/1/tiny.sif"; ctinstall --rebuild w`,
  );
});
