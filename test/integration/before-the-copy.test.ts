import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/** The image is not copied, and nothing is left of the install. */
function expectNothing(prefix: string, stderr: string): void {
  expect(stderr).not.toContain('copy image');
  for (const path of ['software', 'modules']) expect(existsSync(join(prefix, path))).toBe(false);
}

test.each([
  ['[sha256sun]', '`sha256sun` of `wrappers` is not in the image'],
  ['[{ name: sha, command: sha256sun }]', '`sha256sun` of `wrappers` is not in the image'],
  ['[{ from: /opt/none }]', 'the directory `/opt/none` of `wrappers` is not in the image'],
])('a program of a wrapper that is not in the image: %s', async (wrappers, says) => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig().replace('[start-shell]', wrappers));
  const { status, stderr } = await sandbox.run('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
  expect(status).toBe(1);
  expect(stderr).toContain(`error: ${says}`);
  expectNothing(sandbox.prefix, stderr);
});

test('beside those that a virtual environment brings', async () => {
  const sandbox = makeSandbox();
  const venv = 'python: { venv: { name: t } }\n';
  const easyconfig = tinyEasyconfig(venv).replace('tiny.sif', 'venv.sif');
  sandbox.write('tiny-1.0.yaml', easyconfig.replace('[start-shell]', '[pip, pithon]'));
  const { stderr } = await sandbox.run('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
  expect(stderr).toContain('error: `pithon` of `wrappers` is not in the image');
  expectNothing(sandbox.prefix, stderr);
});

test('a runtime that starts no image', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["true"]\n'));
  const runtime = sandbox.write(
    'apptainer',
    `#!/bin/sh\n[ "$1" != --version ] || { echo apptainer version 1.4.5; exit; }\necho 'FATAL: could not use user namespace' >&2; exit 255\n`,
  );
  for (const image of ['--image-dir "$CT_IMAGES"', '--set image.source=https://localhost:1/tiny.sif']) {
    const { status, stderr } = await sandbox.run(
      `chmod +x apptainer; ctinstall --runtime ${runtime} ${image} tiny-1.0.yaml`,
    );
    expect(status).toBe(1);
    expect(stderr).toContain('could not use user namespace');
    expect(stderr).toContain('hint: this node does not allow unprivileged containers');
    expect(stderr).not.toContain('fetch');
    expectNothing(sandbox.prefix, stderr);
  }
});
