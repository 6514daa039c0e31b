import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

async function installed(): Promise<Sandbox & { installDir: string; modulefile: string }> {
  const sandbox = makeSandbox();
  sandbox.write(
    'tiny-1.0.yaml',
    tinyEasyconfig().replace('[start-shell]', '[start-shell, { name: say, command: echo }]'),
  );
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
  const [installDir, modulefile] = [
    join(sandbox.prefix, 'software/tiny/1.0'),
    join(sandbox.prefix, 'modules/tiny/1.0.lua'),
  ];
  await sandbox.succeed(`echo mine > "${installDir}/user-software/mine"; echo notes > "${installDir}/notes"`);
  return { ...sandbox, installDir, modulefile };
}

describe('ctinstall uninstall', () => {
  test.each([
    ['is broken', 'echo "{ nonsense" >'],
    ['has lost half of it', `sed -i '/"moduleName"/d'`],
    ['is gone', 'rm'],
  ])('where the record %s: says what is there, and --force removes it but for what is the user’s', async (_, harm) => {
    const { run, succeed, installDir, modulefile } = await installed();
    await succeed(`${harm} "${installDir}/.ctinstall/record.json"`);
    for (const name of ['tiny', 'tiny/1.0', 'container/tiny/1.0']) {
      const refused = await run(`ctinstall uninstall --yes ${name}`);
      expect([name, refused.status, refused.stdout]).toEqual([name, 1, '']);
      expect(refused.stderr).toContain(`error: no record says what belongs to \`${name}\``);
      expect(refused.stderr).toContain(`there is the modulefile \`${modulefile}\``);
      expect(refused.stderr).toMatch(
        /there are tiny\.sif, bin\/say, .*bin\/start-shell, .*\.ctinstall\/easyconfig\.yaml/,
      );
      expect(refused.stderr).toContain(
        'hint: `ctinstall uninstall --force tiny/1.0` removes these, and keeps your software',
      );
    }
    expect(existsSync(modulefile)).toBe(true);
    const removed = await run('ctinstall uninstall --yes --force tiny');
    expect([removed.status, removed.stdout]).toEqual([0, 'removed tiny/1.0\n']);
    expect(removed.stderr).toContain(`kept in ${installDir}: notes\n`);
    expect(removed.stderr).toContain(`your software stays in ${installDir}`);
    expect(existsSync(modulefile)).toBe(false);
    expect(readdirSync(installDir).filter((name) => name !== '.ctinstall')).toEqual(['notes', 'user-software']);
    // Nothing is left to remove now, and the software is used again.
    expect((await run('ctinstall uninstall --yes --force tiny')).stderr).toContain('`tiny` is not installed');
    await succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
    expect(await succeed('module load tiny; singularity exec "$SIF" cat /user-software/mine')).toBe('mine\n');
  });

  test('where the install dir is gone: the modulefile goes with --force; one of somebody else’s stays', async () => {
    const { run, succeed, installDir, modulefile, write, prefix } = await installed();
    rmSync(installDir, { recursive: true });
    const refused = await run('ctinstall uninstall --yes tiny/1.0');
    expect(refused.stderr).toContain(`\`${installDir}\` is gone\n  there is the modulefile \`${modulefile}\`\n`);
    expect(await succeed('ctinstall uninstall --yes --force tiny/1.0')).toBe('removed tiny/1.0\n');
    expect(existsSync(modulefile)).toBe(false);
    write(modulefile, '-- mine\n');
    expect((await run('ctinstall uninstall --yes --force tiny/1.0')).stderr).toContain('is not installed');
    expect((await run('ctinstall uninstall --yes --force ../../x')).stderr).toContain('is not installed');
    expect([existsSync(modulefile), existsSync(join(prefix, '.ctinstall/locks/tiny@1.0.lock'))]).toEqual([true, false]);
  });

  test('of several without a record none is chosen', async () => {
    const { run, succeed, installDir } = await installed();
    await succeed('ctinstall --image-dir "$CT_IMAGES" --try-version 2.0 tiny-1.0.yaml');
    for (const version of ['1.0', '2.0']) writeFileSync(join(installDir, '..', version, '.ctinstall/record.json'), '');
    const ran = await run('ctinstall uninstall --yes --force tiny');
    expect([ran.status, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('hint: name one of them, with `--force`: tiny/1.0, tiny/2.0');
  });
});

test('list and verify say that a run was stopped, and not that one is at work', async () => {
  const { run, succeed, write, prefix } = await installed();
  write(
    'tiny-2.0.yaml',
    tinyEasyconfig(
      'sanity_check_commands: [{ command: "echo > ~/began; until [ -e ~/go ]; do sleep 0.1; done", host: true }]\n',
      { version: '2.0' },
    ),
  );
  const says = /warning: a run on tiny\/2\.0 was stopped before it was done: `ctinstall clean` clears up/;
  const ran = await run(
    `PATH=$CT_TOOL/dist:$PATH; node "$CT_TOOL/dist/ctinstall.js" --allow-host-commands --image-dir "$CT_IMAGES" tiny-2.0.yaml & pid=$!
    until [ -e began ]; do kill -0 $pid || exit; sleep 0.1; done
    ctinstall list 2>working; kill -KILL $pid; wait $pid; touch go; cat working >&2`,
  );
  expect(ran.stdout).toMatch(/^tiny\/1\.0 /);
  expect(ran.stderr).not.toMatch(/was stopped before/);
  const listed = await run('ctinstall list; ctinstall verify; ctinstall verify --quick tiny/1.0');
  expect(listed.stdout).toMatch(/^tiny\/1\.0: as installed$/m);
  expect(listed.stderr.match(new RegExp(says, 'g'))).toHaveLength(3);
  await succeed('ctinstall clean');
  expect((await run('ctinstall list; ctinstall verify')).stderr).not.toContain('stopped');
  // A holder on another host cannot be judged from here.
  write(
    join(prefix, '.ctinstall/locks/tiny@1.0.lock'),
    '{"host":"nid001234","pid":1,"started":"1","boot":"x","user":"jo"}\n',
  );
  expect((await run('ctinstall list')).stderr).toBe(
    'tiny/1.0: process 1 of jo on nid001234 is at work on it, or was stopped: that cannot be known from here\n',
  );
});
