import { expect, onTestFinished, test } from 'vitest';
import { asRoot } from '../harness/as-root.ts';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';
const use = 'module load tiny; singularity exec "$SIF" cat /user-software/mine';
const list =
  'cd "$CTINSTALL_PREFIX"; find . ! -type d -printf "%M %s %t %p\\n" | sort; find . -type d -printf "%M %p\\n" | sort';

async function installed(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["true"]\n'));
  await sandbox.succeed(`${install}; echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"`);
  return sandbox;
}

async function expectRefused(sandbox: Sandbox, says: RegExp, commands: readonly string[]): Promise<void> {
  const before = await sandbox.succeed(list);
  for (const command of commands) {
    const ran = await sandbox.run(command);
    expect([command, ran.status, ran.stderr]).toEqual([command, 1, expect.stringMatching(says)]);
    expect(ran.stderr).toMatch(/^hint: /m);
    expect(await sandbox.succeed(list)).toBe(before);
  }
  expect(await sandbox.succeed(`${use}; ctinstall verify; ctinstall list | cut -c 1-8`)).toBe(
    'mine\ntiny/1.0: as installed\ntiny/1.0\n',
  );
}

const changing = [
  `${install} --rebuild`,
  'ctinstall uninstall --yes tiny',
  'ctinstall uninstall --yes --with-user-software tiny',
  'ctinstall squashfs make tiny',
];

test('a file system that was made read-only: said as that, all stays, and what is installed is used as before', async () => {
  const sandbox = await installed();
  asRoot('mount', '--bind', sandbox.prefix, sandbox.prefix);
  onTestFinished(() => {
    asRoot('umount', sandbox.prefix);
  });
  asRoot('mount', '-o', 'remount,ro,bind', sandbox.prefix);
  await expectRefused(sandbox, /^error: .*read-only file system/im, changing);
  const another = await sandbox.run(`sed 's/1.0/2.0/' tiny-1.0.yaml >tiny-2.0.yaml; ${install.replace('1.0', '2.0')}`);
  expect(another.stderr).toMatch(/^error: cannot install under `.*`: `.*` is on a read-only file system$/m);
});

test.each([
  ['', changing.slice(0, 3)],
  ['modules/tiny', changing.slice(0, 3)],
  ['.ctinstall/locks', changing.slice(0, 3)],
  ['.ctinstall/staging', changing.slice(0, 1)],
  ['.ctinstall/retired', changing.slice(0, 3)],
  ['software/tiny/1.0', changing.slice(3)],
  ['software/tiny/1.0/bin', changing.slice(0, 3)],
  ['software/tiny/1.0/.ctinstall', changing],
])('mode 555 of the directory "%s": said with its name, all stays', async (path, commands) => {
  const sandbox = await installed();
  await sandbox.succeed(`chmod 555 "$CTINSTALL_PREFIX/${path}"`);
  await expectRefused(sandbox, /^error: [\s\S]*(permission denied|no permission)/im, commands);
  await sandbox.succeed(`chmod 755 "$CTINSTALL_PREFIX/${path}"; ${install} --rebuild; ctinstall uninstall --yes tiny`);
});
