import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

/* Modules of ctinstall that depend on others of its own. */

const install = 'ctinstall --image-dir "$CT_IMAGES"';

function prepared(
  recipes: Readonly<Record<string, string>>,
): Sandbox & { readonly refused: (script: string, environment?: Record<string, string>) => Promise<string> } {
  const sandbox = makeSandbox();
  for (const [file, more] of Object.entries(recipes)) {
    const [, name = '', version = ''] = /^(.*)-(.*)\.yaml$/.exec(file) ?? [];
    sandbox.write(file, tinyEasyconfig(more, { name, version }));
  }
  const refused = async (script: string, environment: Record<string, string> = {}): Promise<string> => {
    const { status, stderr } = await sandbox.run(script, environment);
    expect(status, `${script}\n${stderr}`).not.toBe(0);
    return stderr.replace(/\s+/g, ' ');
  };
  return { ...sandbox, refused };
}

const tool = 'module_kind: tool\n';

describe('an environment that depends on another environment', () => {
  test.each(['base', 'base/1.0', 'base/1'])('is refused before anything is done, named %s', async (named) => {
    const { succeed, refused } = prepared({ 'base-1.0.yaml': '', 'top-1.0.yaml': `depends_on: [${named}]\n` });
    await succeed(`${install} base-1.0.yaml`);
    for (const command of [
      `${install} top-1.0.yaml`,
      `${install} --dry-run top-1.0.yaml`,
      `${install} --module-only top-1.0.yaml`,
      'ctinstall show top-1.0.yaml',
    ]) {
      const said = await refused(command);
      expect(said).toContain('`top/1.0` depends on `base/1.0`, and both are environments');
      expect(said).toContain('`module_kind: tool`');
      expect(said).toContain(`leave \`${named}\` out of \`depends_on\``);
    }
    expect(await succeed('ctinstall list')).not.toContain('top');
  });

  test('is refused by `regenerate`, and in a stack, whichever comes first', async () => {
    const { run, succeed, refused, write } = prepared({ 'base-1.0.yaml': '', 'top-1.0.yaml': 'depends_on: [base]\n' });
    await succeed(`${install} top-1.0.yaml; ${install} base-1.0.yaml`);
    expect(await refused('ctinstall regenerate top')).toContain('`top/1.0` depends on `base/1.0`');
    await succeed('ctinstall uninstall --yes top; ctinstall uninstall --yes base');
    for (const order of ['- base-1.0.yaml\n- top-1.0.yaml\n', '- top-1.0.yaml\n- base-1.0.yaml\n']) {
      write('stack.yaml', order);
      expect(await refused(`${install} --stack stack.yaml`)).toContain('`top/1.0` depends on `base/1.0`');
    }
    expect((await run('ctinstall list')).stdout).not.toMatch(/base|top/);
  });

  test('in another prefix, by the name that the naming scheme gives it', async () => {
    const { succeed, refused, dir } = prepared({
      'base-1.0.yaml': '',
      'top-1.0.yaml': 'depends_on: [container/base]\n',
    });
    const environment = {
      CTINSTALL_NAMING_SCHEME: 'container/name/version',
      CTINSTALL_MORE_PREFIXES: join(dir, 'project'),
    };
    await succeed(`${install} --prefix "$PWD/project" base-1.0.yaml`, environment);
    expect(await refused(`${install} top-1.0.yaml`, environment)).toContain(
      '`container/top/1.0` depends on `container/base/1.0`',
    );
  });

  test('is meant by a name without a version where it is the default, and where a record does not say its kind', async () => {
    const { succeed, refused, prefix } = prepared({
      'base-1.0.yaml': tool,
      'base-2.0.yaml': '',
      'top-1.0.yaml': 'depends_on: [base]\n',
    });
    await succeed(`${install} base-1.0.yaml base-2.0.yaml`);
    for (const version of ['1.0', '2.0']) {
      const file = join(prefix, 'software/base', version, '.ctinstall/record.json');
      const { moduleKind, ...record }: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
      expect(moduleKind).toBe(version === '1.0' ? 'tool' : 'environment');
      writeFileSync(file, JSON.stringify(record));
    }
    expect(await refused(`${install} --dry-run top-1.0.yaml`)).toContain('depends on `base/2.0`');
    await succeed(`${install} --default base-1.0.yaml; ${install} --dry-run top-1.0.yaml`);
  });
});

test('a tool loads and unloads the environment that it depends on, and an environment its tool', async () => {
  const { succeed, run } = prepared({
    'base-1.0.yaml': '',
    'other-1.0.yaml': '',
    'tool-1.0.yaml': `${tool}depends_on: [base]\n`,
    'second-1.0.yaml': `${tool}depends_on: [third/1.0]\n`,
    'third-1.0.yaml': tool,
    'top-1.0.yaml': 'depends_on: [second/1.0]\n',
  });
  await succeed(`${install} base-1.0.yaml other-1.0.yaml tool-1.0.yaml third-1.0.yaml second-1.0.yaml top-1.0.yaml`);
  const listed = 'echo "$(module -t --redirect list | sed "/^No modules/d" | sort | xargs)"';
  const seen = await run(`set -e
    env -0 | sort -z > before
    module load tool; ${listed}; echo "$EBROOTBASE" | grep -c base/1.0
    module unload tool; ${listed}; env -0 | sort -z > after-tool
    module load top; ${listed}; echo "$EBROOTTOP" | grep -c top/1.0
    module unload top; ${listed}; env -0 | sort -z > after-top
    module load tool; module load third; ${listed}; module purge; ${listed}`);
  expect(seen).toMatchObject({
    status: 0,
    stdout: 'base/1.0 tool/1.0\n1\n\nsecond/1.0 third/1.0 top/1.0\n1\n\nbase/1.0 third/1.0 tool/1.0\n\n',
  });
  const own = /^(_ModuleTable|_LMFILES_|LOADEDMODULES|__LMOD|_=|SHLVL|_LMOD|LMOD_)/;
  const read = async (file: string): Promise<string[]> =>
    (await succeed(`cat ${file}`)).split('\0').filter((line) => !own.test(line));
  expect(await read('after-tool')).toEqual(await read('before'));
  expect(await read('after-top')).toEqual(await read('before'));
});
