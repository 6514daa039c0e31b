import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/*
 * What a recipe would do is shown whole, and nothing of it reaches the terminal as it stands.
 */

/** What no terminal shows, or obeys. */
const unseen = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

/** Commands that hide a part of themselves, and what must be read of them wherever they are shown. */
const hiding: readonly [string, string, string][] = [
  ['behind a newline', 'true\ntouch ~/canary', 'true⏎touch ~/canary'],
  ['behind a carriage return', 'touch ~/canary #\rtrue', 'touch ~/canary #\\u000dtrue'],
  [
    'behind a clearing of the line',
    'touch ~/canary #\u001b[2K\u001b[1Gtrue',
    'touch ~/canary #\\u001b[2K\\u001b[1Gtrue',
  ],
  ['behind C1 controls', 'touch ~/canary #\u009b2K', 'touch ~/canary #\\u009b2K'],
  ['by turning the text around', 'true #\u202e\u2066; touch ~/canary', 'true #\\u202e\\u2066; touch ~/canary'],
  ['behind blanks', `true${' '.repeat(3000)}; touch ~/canary`, 'true …(3000 blanks)… ; touch ~/canary'],
  ['behind a long word', `: ${'x'.repeat(3000)}; touch ~/canary`, 'xxx; touch ~/canary'],
  ['behind lines', `true${'\n'.repeat(300)}touch ~/canary`, '⏎⏎⏎touch ~/canary'],
];

test('commands on the host that hide a part of themselves are shown in the plan and in the refusal', async () => {
  const { write, run, dir, prefix } = makeSandbox();
  for (const key of ['post_install', 'sanity_check_commands']) {
    const commands = hiding.map(([, command]) => `{ host: true, command: ${JSON.stringify(command)} }`);
    write('tiny-1.0.yaml', tinyEasyconfig(`${key}: [${commands.join(', ')}]\n`));
    const plan = await run(`${install} --dry-run`);
    expect([plan.status, unseen.exec(plan.stdout)]).toEqual([0, null]);
    const refused = await run(install);
    expect([refused.status, unseen.exec(refused.stderr)]).toEqual([1, null]);
    for (const [how, , shown] of hiding) {
      expect([key, how, plan.stdout]).toEqual([key, how, expect.stringContaining(shown)]);
      expect([key, how, refused.stderr]).toEqual([key, how, expect.stringContaining(shown)]);
    }
  }
  expect(existsSync(join(dir, 'canary'))).toBe(false);
  expect(existsSync(prefix)).toBe(false);
});

test('commands in the container that hide a part of themselves are shown when they run, when they fail, and in the log', async () => {
  const { write, run, prefix } = makeSandbox();
  const inside = hiding.map(([how, ...texts]) => {
    const [command = '', shown = ''] = texts.map((text) => text.replaceAll('touch ~/canary', 'true inside'));
    return { how, command, shown };
  });
  const all = inside.map(({ command }) => JSON.stringify(`: ${command}`));
  write('tiny-1.0.yaml', tinyEasyconfig(`post_install: [${all.join(', ')}]\n`));
  const ran = await run(`${install} --trace`);
  expect([ran.status, unseen.exec(ran.stderr)]).toEqual([0, null]);
  const log = readFileSync(join(prefix, 'software/tiny/1.0/.ctinstall/install.log'), 'utf8');
  expect(log).not.toMatch(unseen);
  for (const { how, shown } of inside) {
    expect([how, ran.stderr]).toEqual([how, expect.stringContaining(shown)]);
    expect([how, log]).toEqual([how, expect.stringContaining(shown)]);
  }
  for (const { how, command, shown } of inside.filter((_, index) => index % 2 === 0)) {
    const failing = JSON.stringify(`printf '\\033[2J\\r' >&2; exit 3; ${command}`);
    write('tiny-1.0.yaml', tinyEasyconfig(`post_install: [${failing}]\n`));
    const failed = await run(`${install} --rebuild`);
    expect([how, failed.status, unseen.exec(failed.stderr)]).toEqual([how, 1, null]);
    expect([how, failed.stderr]).toEqual([how, expect.stringContaining(shown)]);
  }
});

test('an image directory with a FIFO or a device of the name of the image is refused at once', async () => {
  const { write, run, succeed, prefix } = makeSandbox();
  write('tiny-1.0.yaml', tinyEasyconfig());
  await succeed('mkdir images; mkfifo images/tiny.sif');
  for (const prepare of ['true', 'ln -sf /dev/zero images/tiny.sif', 'ln -sf /dev/tty images/tiny.sif']) {
    for (const command of [
      'ctinstall --image-dir images tiny-1.0.yaml',
      'ctinstall --image images/tiny.sif tiny-1.0.yaml',
    ]) {
      const ran = await run(`${prepare}; timeout -k 1 60 ${command}`);
      expect([command, ran.status, ran.stderr]).toEqual([command, 1, expect.stringContaining('is no regular file')]);
    }
  }
  expect(existsSync(prefix)).toBe(false);
});

test('a file name that a terminal would obey is shown plainly', async () => {
  const { write, run } = makeSandbox();
  const names = ['a\u001b[2J\r.yaml', 'a\nerror: all is well\n.yaml', 'a\u202elmay.yaml', 'a\u009b2J.yaml'];
  const onHost = tinyEasyconfig('post_install: [{ host: true, command: x }]\n');
  for (const [kind, text] of Object.entries({ good: tinyEasyconfig(), bad: 'name: [\n', onHost }))
    for (const name of names) write(`${kind}/${name}`, text);
  const ran = await run(`
    for each in */*.yaml; do ctinstall --dry-run --image-dir "$CT_IMAGES" "$each"; done
    for each in onHost/*; do ctinstall --image-dir "$CT_IMAGES" "$each"; done
    for each in good/*; do ctinstall show "$each"; done
    ctinstall good/none.yaml
    ctinstall search --easyconfigs good:bad`);
  expect(unseen.exec(ran.stderr + ran.stdout)).toBeNull();
  expect(ran.stderr).not.toMatch(/^error: all is well/m);
  expect(ran.stderr).toContain('a\\nerror: all is well\\n.yaml');
});
