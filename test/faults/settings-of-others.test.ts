import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

test('hooks of settings that everybody may write never run, and `check` names the file', async () => {
  const { write, run, succeed, dir } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig());
  write('hook', '#!/bin/sh\ntouch "$HOME/canary"\n');
  write('site.yaml', `hooks: { pre_install: ${dir}/hook }\n`);
  await succeed('chmod +x hook; chmod 666 site.yaml');
  const site = { CTINSTALL_SITE_SETTINGS: join(dir, 'site.yaml') };
  for (const command of ['ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml', 'ctinstall check'])
    expect([command, await run(command, site)]).toMatchObject([
      command,
      { status: 2, stderr: expect.stringContaining(`site.yaml\` may not set \`hooks\`, which run programs as you`) },
    ]);
  expect(existsSync(join(dir, 'canary'))).toBe(false);
  await succeed('chmod 644 site.yaml; ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml', site);
  expect(existsSync(join(dir, 'canary'))).toBe(true);
});

test('such a file of one’s own can be mended by command', async () => {
  const { succeed, run } = makeSandbox();
  await succeed('ctinstall settings set runtime singularity; chmod 666 .config/ctinstall/settings.yaml');
  expect((await run('ctinstall list')).stderr).toContain('hint: chmod o-w ');
  await succeed('ctinstall settings unset runtime; ctinstall list');
});
