import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';

function prepared(more: string): Sandbox & { readonly installDir: string } {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig(more));
  return { ...sandbox, installDir: join(sandbox.prefix, 'software/tiny/1.0') };
}

test('post-install commands run in the container; what they leave belongs to the install', async () => {
  const { succeed, installDir } = prepared(
    `post_install:
  - test -e /.singularity.d && echo made > "%(installdir)s/made" && echo data > /user-software/data
  - echo "# more" >> "%(installdir)s/bin/start-shell"
sanity_check_commands: [grep made "%(installdir)s/made" || test -e /user-software/data]
`,
  );
  await succeed(install);
  expect(readFileSync(join(installDir, 'made'), 'utf8')).toBe('made\n');
  expect(readFileSync(join(installDir, 'bin/start-shell'), 'utf8')).toMatch(/# more\n$/);
  expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
  await succeed('echo mine > "$CTINSTALL_PREFIX/software/tiny/1.0/mine"');
  await succeed(`${install} --rebuild`);
  expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
  await succeed('ctinstall uninstall --yes tiny');
  expect(existsSync(join(installDir, 'made'))).toBe(false);
  expect(readFileSync(join(installDir, 'mine'), 'utf8')).toBe('mine\n');
  expect(readFileSync(join(installDir, 'user-software/data'), 'utf8')).toBe('data\n');
});

test('a post-install command that fails undoes the install', async () => {
  const { run, succeed, installDir, write } = prepared('post_install: ["echo oops >&2; exit 3"]\n');
  const failed = await run(install);
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(/`post-install: echo oops >&2; exit 3` failed with exit status 3[\s\S]*oops/);
  expect(existsSync(installDir)).toBe(false);
  write('tiny-1.0.yaml', tinyEasyconfig());
  await succeed(install);
  write('tiny-1.0.yaml', tinyEasyconfig('post_install: ["false"]\n'));
  expect((await run(`${install} --rebuild`)).status).toBe(1);
  expect(await succeed('ctinstall verify; module load tiny; singularity exec "$SIF" echo runs')).toMatch(/runs/);
});

test('a command on the host runs only where the user allows it, and the plan shows it', async () => {
  const { run, succeed, installDir, dir } = prepared(
    `post_install: [{ command: 'pwd > "$CONTAINERROOT/where"; touch ~/on-host', host: true }]
sanity_check_commands: [{ command: "test -e where", host: true }]
`,
  );
  const plan = await succeed(`${install} --dry-run`);
  expect(plan).toContain('post-install on the host: pwd > "$CONTAINERROOT/where"; touch ~/on-host');
  expect(plan).toContain('sanity check on the host: test -e where');
  const refused = await run(install);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(/wants to run commands outside the container\n {2}pwd > .*\n {2}test -e where\n/);
  expect(refused.stderr).toContain('--allow-host-commands');
  expect(existsSync(join(dir, 'on-host'))).toBe(false);
  expect(existsSync(installDir)).toBe(false);
  await succeed(`${install} --allow-host-commands`);
  expect(readFileSync(join(installDir, 'where'), 'utf8')).toBe(`${installDir}\n`);
  expect(existsSync(join(dir, 'on-host'))).toBe(true);
  expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
});

test('a recipe’s commands reach nothing of the user’s: no home, no /tmp, binds read-only, user software only after the install', async () => {
  const { succeed, run, installDir, dir, write } = prepared('');
  const outside = `${dir}/outside`;
  await succeed('mkdir outside; touch outside/there');
  write(
    'tiny-1.0.yaml',
    tinyEasyconfig(`binds: ["${outside}"]
post_install:
  - 'touch ~/escaped; touch /tmp/escaped-${installDir.replace(/\W/g, '')}; echo "$HOME" > /user-software/home; true'
  - '! touch "${outside}/written"'
sanity_check_commands:
  - 'test -e "${outside}/there" && test -e /user-software/home && ! touch /user-software/more && ! touch "%(installdir)s/more"'
`),
  );
  await succeed(install);
  expect(await succeed('ls -A outside; ls ~ | grep -c escaped || true; ls /tmp | grep -c escaped- || true')).toBe(
    'there\n0\n0\n',
  );
  expect(await succeed(`ls ~$(id -un) 2>/dev/null | grep -c escaped || true`)).toBe('0\n');
  expect(await succeed('ctinstall verify; ls -A "$CTINSTALL_PREFIX/.ctinstall/retired"')).toBe(
    'tiny/1.0: as installed\n',
  );
  expect((await run('module load tiny; singularity exec "$SIF" touch "$PWD/outside/by-the-user"')).status).toBe(0);
});
