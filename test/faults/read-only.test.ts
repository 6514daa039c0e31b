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

/** What each of the commands says, one script for all; what is there is the same after each. */
async function expectRefused(sandbox: Sandbox, says: RegExp, commands: readonly string[]): Promise<void> {
  const each = commands.map(
    (command) => `{ ${command}; } 2>&1 >out; printf '\\0%s\\0' $?; (${list}) | cmp - before >&2 && printf 'same\\0'`,
  );
  const { stdout, stderr } = await sandbox.run(`(${list}) >before\n${each.join('\n')}`);
  const ran = stdout.split('\0');
  for (const [index, command] of commands.entries()) {
    const [said, status, after] = ran.slice(3 * index);
    expect([command, status, said]).toEqual([command, '1', expect.stringMatching(says)]);
    expect([command, said]).toEqual([command, expect.stringMatching(/^hint: /m)]);
    expect([command, after, stderr]).toEqual([command, 'same', '']);
  }
}

async function expectUsable(sandbox: Sandbox): Promise<void> {
  expect(await sandbox.succeed(`${use}; ctinstall verify; ctinstall list | cut -c 1-8`)).toBe(
    'mine\ntiny/1.0: as installed\ntiny/1.0\n',
  );
}

const rebuild = `${install} --rebuild`;
const uninstall = 'ctinstall uninstall --yes tiny';
const uninstallAll = 'ctinstall uninstall --yes --with-user-software tiny';
const pack = 'ctinstall squashfs make tiny';

test('a file system that was made read-only: said as that, all stays, and what is installed is used as before', async () => {
  const sandbox = await installed();
  asRoot('mount', '--bind', sandbox.prefix, sandbox.prefix);
  onTestFinished(() => {
    asRoot('umount', sandbox.prefix);
  });
  asRoot('mount', '-o', 'remount,ro,bind', sandbox.prefix);
  await expectRefused(sandbox, /^error: .*read-only file system/im, [rebuild, uninstall, uninstallAll, pack]);
  await expectUsable(sandbox);
  const another = await sandbox.run(`sed 's/1.0/2.0/' tiny-1.0.yaml >tiny-2.0.yaml; ${install.replace('1.0', '2.0')}`);
  expect(another.stderr).toMatch(/^error: cannot install under `.*`: `.*` is on a read-only file system$/m);
});

test('mode 555 of a directory: said with its name, all stays', async () => {
  const sandbox = await installed();
  for (const [path, commands] of [
    ['', [rebuild, uninstall, uninstallAll]],
    ['modules/tiny', [rebuild, uninstallAll]],
    ['.ctinstall/locks', [rebuild]],
    ['.ctinstall/staging', [rebuild]],
    ['.ctinstall/retired', [rebuild, uninstall]],
    ['software/tiny/1.0', [pack]],
    ['software/tiny/1.0/bin', [rebuild, uninstall]],
    ['software/tiny/1.0/.ctinstall', [rebuild, uninstallAll, pack]],
  ] as const) {
    await sandbox.succeed(`chmod 555 "$CTINSTALL_PREFIX/${path}"`);
    await expectRefused(
      sandbox,
      /^error: [\s\S]*(permission denied|no permission)/im,
      commands.map((command) => `: in "${path}"; ${command}`),
    );
    await sandbox.succeed(`chmod 755 "$CTINSTALL_PREFIX/${path}"`);
  }
  await expectUsable(sandbox);
  await sandbox.succeed(`${rebuild}; ${uninstall}`);
});
