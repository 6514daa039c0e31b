import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

interface Prepared extends Sandbox {
  readonly installDir: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A site with these hooks, each a script of bash. */
async function prepared(hooks: Readonly<Record<string, string>>, more = ''): Promise<Prepared> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  const rows = Object.keys(hooks).map((hook) => `  ${hook}: ${join(sandbox.dir, 'site', hook)}\n`);
  const settings = sandbox.write('site/settings.yaml', `hooks:\n${rows.join('')}`);
  for (const [hook, script] of Object.entries(hooks)) sandbox.write(`site/${hook}`, `#!/bin/bash\n${script}\n`);
  await sandbox.succeed('chmod +x site/p*');
  return {
    ...sandbox,
    installDir: join(sandbox.prefix, 'software/tiny/1.0'),
    environment: { CTINSTALL_SITE_SETTINGS: settings },
  };
}

const note = (more = ''): string => `${more}
cat > ~/"$CTINSTALL_HOOK.json"
{ echo "$CTINSTALL_HOOK $# $CTINSTALL_MODULE $PWD"; ls -A "$CONTAINERROOT" 2>&1 | head -1
  [ -e "$CTINSTALL_PREFIX/modules/tiny/1.0.lua" ] && echo module; } >> ~/seen; true`;

test('hooks run in their order, with the install on stdin, and show in the plan', async () => {
  const { succeed, environment, dir, installDir, prefix } = await prepared(
    {
      pre_install: note('[ -e "$CTINSTALL_PREFIX/.ctinstall/staging/tiny@1.0" ] && exit 9'),
      pre_module: note(),
      post_install: note('echo told; sleep 0'),
    },
    'binds: [{ host: /tmp, access: ro }]\nenv: { module: { A: "$(touch ~/evil)" } }\n',
  );
  const plan = await succeed(`${install} --dry-run --trace`, environment);
  expect(plan.match(/run the \w+ hook of the site: \S+/g)).toEqual([
    `run the pre_install hook of the site: ${dir}/site/pre_install`,
    `run the pre_module hook of the site: ${dir}/site/pre_module`,
    `run the post_install hook of the site: ${dir}/site/post_install`,
  ]);
  expect(plan).toMatch(/^ +1\. run the pre_install hook/m);
  expect(existsSync(join(dir, 'seen'))).toBe(false);
  await succeed(install, environment);
  expect(readFileSync(join(dir, 'seen'), 'utf8').split('\n')).toEqual([
    'pre_install 0 tiny/1.0 /',
    expect.stringMatching(/No such file/),
    'pre_module 0 tiny/1.0 /',
    '.ctinstall',
    'post_install 0 tiny/1.0 /',
    '.ctinstall',
    'module',
    '',
  ]);
  const input: unknown = JSON.parse(readFileSync(join(dir, 'pre_install.json'), 'utf8'));
  expect(input).toMatchObject({
    format: 1,
    hook: 'pre_install',
    is_rebuild: false,
    name: 'tiny',
    full_version: '1.0',
    module: 'tiny/1.0',
    prefix,
    install_dir: installDir,
    image: { file: 'tiny.sif', found: expect.stringMatching(/\/tiny\.sif$/), sha256: null, mode: 'copy' },
    binds: [{ host: '/tmp', container: '/tmp', access: 'ro', optional: false, origin: 'easyconfig' }],
    env: { module: { A: '$(touch ~/evil)' } },
  });
  expect(existsSync(join(dir, 'evil'))).toBe(false);
  expect(readFileSync(join(installDir, '.ctinstall/install.log'), 'utf8')).toMatch(/run the pre_module hook/);
  await succeed(`${install} --rebuild`, environment);
  expect(readFileSync(join(dir, 'pre_module.json'), 'utf8')).toContain('"is_rebuild":true');
});

test('a hook that refuses says why, and nothing is left; one that reads nothing is no fault', async () => {
  const { run, succeed, environment, prefix, write } = await prepared({
    pre_install: 'echo "no software called tiny" >&2; echo "see https://example.org" >&2; exit 3',
  });
  const refused = await run(install, environment);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(
    /error: refused by the site: no software called tiny\n {2}see https:\/\/example\.org\n\nhint: `\S+pre_install` said so \(pre_install, exit status 3\)/,
  );
  expect(existsSync(prefix)).toBe(false);
  write('site/pre_install', '#!/bin/sh\nexit 0\n');
  await succeed(install, environment);
});

test('what pre_module refuses is undone, also over an earlier install', async () => {
  const { run, succeed, environment, prefix, installDir, write } = await prepared({ pre_module: 'kill -9 $$' });
  const refused = await run(install, environment);
  expect(refused.stderr).toMatch(/refused by the site: its pre_module hook ended with signal SIGKILL/);
  expect(existsSync(prefix)).toBe(false);
  await succeed(install);
  const before = readFileSync(join(installDir, '.ctinstall/record.json'), 'utf8');
  write('tiny-1.0.yaml', tinyEasyconfig('runscripts: [conda-python-simple]\n'));
  expect((await run(`${install} --rebuild`, environment)).status).toBe(1);
  expect(readFileSync(join(installDir, '.ctinstall/record.json'), 'utf8')).toBe(before);
  expect(await succeed('ctinstall verify; module load tiny; singularity exec "$SIF" echo runs')).toMatch(/runs/);
});

test('after the install a hook that fails is a warning', async () => {
  const { run, succeed, environment, prefix } = await prepared({ post_install: 'echo "mail is down" >&2; exit 1' });
  const ran = await run(install, environment);
  expect(ran.status).toBe(0);
  expect(ran.stderr).toMatch(/warning: the install is done, but its post_install hook failed: mail is down/);
  expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
  expect(readdirSync(join(prefix, '.ctinstall/staging'))).toEqual([]);
});

test('a hook that is not there, or not executable, is an error before anything is written', async () => {
  const { run, environment, prefix } = await prepared({ pre_install: '', post_install: '' });
  for (const [change, message] of [
    ['chmod -x site/post_install', /the post_install hook `\S+` is not executable for you/],
    ['rm site/pre_install', /the pre_install hook `\S+` is not there\n\nhint: `hooks` are set in \S+settings\.yaml/],
  ] as const) {
    const ran = await run(`${change}; ${install}`, environment);
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringMatching(message)]);
  }
  expect(existsSync(prefix)).toBe(false);
});

test.each([
  ['no such interpreter', '#!/no/such/interpreter\n'],
  ['a Windows line end', '#!/bin/sh\r\nexit 0\r\n'],
])('a hook with %s has refused nothing: it says that it cannot be started', async (_, text) => {
  const { run, environment, prefix, write } = await prepared({ pre_install: '' });
  write('site/pre_install', text);
  const ran = await run(install, environment);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toMatch(
    /error: the pre_install hook `\S+pre_install` cannot be started: [\s\S]*hint: look at its first line/,
  );
  expect(ran.stderr).not.toContain('refused by the site');
  expect(existsSync(prefix)).toBe(false);
});

test('a hook that says so itself may end with 127', async () => {
  const { run, environment } = await prepared({ pre_install: 'no-such-program' });
  expect((await run(install, environment)).stderr).toMatch(/refused by the site: .*no-such-program/);
});

test('a hook that hangs is ended by Ctrl-C, with what it has started', async () => {
  const { run, environment, prefix } = await prepared({ pre_module: 'sleep 1000 & echo $! > ~/sleeping; wait' });
  const { status, stdout } = await run(
    `${install} & until [ -s ~/sleeping ]; do kill -0 $! || exit; sleep 0.1; done
kill -INT $!; wait $!; echo "status $?"
while [[ $(ps -o stat= -p "$(cat ~/sleeping)") == [!Z]* ]]; do sleep 0.1; done`,
    environment,
  );
  expect([status, stdout]).toEqual([0, 'status 130\n']);
  expect(existsSync(join(prefix, 'software'))).toBe(false);
});
