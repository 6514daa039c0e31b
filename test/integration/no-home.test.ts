import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const homes = [
  ['-u HOME', '`HOME` is not set'],
  ['HOME=', '`HOME` is not set'],
  ['HOME=mine', '`HOME`, `mine`, is not a full path'],
  ['HOME=/no/such/home', '`HOME`, `/no/such/home`, is no directory'],
] as const;

test.each(homes)('with %s there is no prefix by default, and nothing is done without one', async (home, why) => {
  const { run, succeed, write, prefix } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig());
  const without = `env -u CTINSTALL_PREFIX ${home} ctinstall`;
  for (const words of [
    '--image-dir "$CT_IMAGES" tiny-1.0.yaml',
    '--dry-run --image-dir "$CT_IMAGES" tiny-1.0.yaml',
    ...['list', 'verify', 'clean', 'uninstall --yes tiny', 'regenerate --all', 'missing tiny-1.0.yaml'],
    ...['show tiny-1.0.yaml', 'show tiny', 'squashfs status tiny'],
  ]) {
    const ran = await run(`${without} ${words}`);
    expect([words, ran.status, ran.stdout]).toEqual([words, 2, '']);
    expect(ran.stderr).toContain(
      `error: no prefix is set, and there is no home directory for the default one: ${why}\n\nhint: name a prefix: `,
    );
  }
  const checked = await run(`${without} check`);
  expect(checked.status).toBe(1);
  expect(checked.stdout).toMatch(/^unusable +prefix +no prefix is set, and there is no home directory/m);
  expect(checked.stderr).toContain('no install can work here: prefix');
  const settings = JSON.parse(await succeed(`${without} settings --json`));
  expect(settings.prefix).toEqual({ value: null, origins: ['default'] });
  await succeed(`${without} search tiny; ${without} check --easyconfig tiny-1.0.yaml`);
  await succeed(`${home === 'HOME=' ? 'export HOME=;' : ''} ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml`);
  expect(await succeed(`${without} list --prefix "${prefix}"`)).toMatch(/^tiny\/1\.0 /);
});
