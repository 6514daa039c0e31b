import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const count = 40;
const names = Array.from({ length: count }, (_, index) => `tiny${String(index).padStart(2, '0')}`);

/** One real install, and as many that differ from it only in their names. */
async function manyInstalled(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(
    `ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml
     cd "$CTINSTALL_PREFIX"
     for name in ${names.join(' ')}; do
       cp -al software/tiny software/$name; cp -al modules/tiny modules/$name
       cd software/$name/1.0/.ctinstall; rm record.json
       sed "s|\\"tiny\\"|\\"$name\\"|; s|\\"tiny/|\\"$name/|; s|/modules/tiny/|/modules/$name/|" ../../../tiny/1.0/.ctinstall/record.json > record.json
       cd - > /dev/null
     done
     rm -r software/tiny modules/tiny`,
  );
  return sandbox;
}

const lines = (text: string): string[] => text.split('\n').slice(0, -1);

describe('list and verify of many installs', () => {
  test('come in their order, and name what is wrong beside what is right', async () => {
    const sandbox = await manyInstalled();
    const listed = await sandbox.run('ctinstall list');
    expect(lines(listed.stdout).map((line) => line.split(' ')[0])).toEqual(names.map((name) => `${name}/1.0`));
    for (const how of ['', '--quick']) {
      const verified = await sandbox.run(`ctinstall verify ${how}`);
      expect([how, verified.status, ...lines(verified.stdout)]).toEqual([
        how,
        0,
        ...names.map((name) => `${name}/1.0: as installed`),
      ]);
    }

    const at = (name: string): string => join(sandbox.prefix, 'software', name, '1.0');
    const record = (name: string): string => `${at(name)}/.ctinstall/record.json`;
    await sandbox.succeed(
      `cd "$CTINSTALL_PREFIX/software"
       rm tiny03/1.0/bin/start-shell
       head -c 100 tiny05/1.0/.ctinstall/record.json > torn; mv torn tiny05/1.0/.ctinstall/record.json
       sed -i 's/"fullVersion": "1.0"/"fullVersion": 1/' tiny07/1.0/.ctinstall/record.json
       chmod 000 tiny09/1.0/.ctinstall/record.json tiny11
       rm ../modules/tiny13/1.0.lua; mkdir ../modules/tiny13/1.0.lua`,
    );
    const warnings = [
      `tiny05/1.0: \`${record('tiny05')}\`, line 6: Unterminated string in JSON`,
      `tiny07/1.0: \`${record('tiny07')}\` is not a record of ctinstall: \`fullVersion\` is missing or wrong`,
      `tiny09/1.0: cannot read \`${record('tiny09')}\`: permission denied`,
      `software/tiny11: cannot list \`${sandbox.prefix}/software/tiny11\`: permission denied`,
    ];
    const good = names.filter((name) => !['tiny05', 'tiny07', 'tiny09', 'tiny11'].includes(name));
    for (const how of ['', '--json']) {
      const ran = await sandbox.run(`ctinstall list ${how}`);
      expect([how, ran.status, ...lines(ran.stderr)]).toEqual([how, 0, ...warnings.map((line) => `warning: ${line}`)]);
      if (how === '') expect(lines(ran.stdout).map((line) => line.split('/')[0])).toEqual(good);
      else expect(JSON.parse(ran.stdout)).toHaveLength(count);
    }
    const verified = await sandbox.run('ctinstall verify --quick --json');
    expect(verified.status).toBe(1);
    const found: { module: string; differences: { what: string }[] }[] = JSON.parse(verified.stdout);
    expect(found.map(({ module }) => module.replace('software/', '').replace('/1.0', ''))).toEqual(names);
    expect(found.flatMap(({ module, differences }) => differences.map(({ what }) => `${module} ${what}`))).toEqual([
      'tiny03/1.0 is not there',
      'tiny05/1.0 has a record that cannot be read',
      'tiny07/1.0 has a record that cannot be read',
      'tiny09/1.0 has a record that cannot be read',
      'software/tiny11 has a record that cannot be read',
      expect.stringMatching(/^tiny13\/1\.0 could not be looked at: cannot read .*: it is a directory$/),
    ]);
    await sandbox.succeed('chmod 755 "$CTINSTALL_PREFIX/software/tiny11"');
  });
});

test('--json of a verification that fails is one document on stdout; the error is JSON on stderr', async () => {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(
    'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml; rm "$CTINSTALL_PREFIX/software/tiny/1.0/bin/start-shell"',
  );
  const ran = await sandbox.run('ctinstall verify --json');
  expect(ran.status).toBe(1);
  expect(JSON.parse(ran.stdout)).toMatchObject([{ module: 'tiny/1.0', differences: [{ what: 'is not there' }] }]);
  expect(JSON.parse(ran.stderr)).toMatchObject({ event: 'error', code: 'verification-failed' });
});
