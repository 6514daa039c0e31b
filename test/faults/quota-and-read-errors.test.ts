import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asRoot } from '../harness/as-root.ts';
import { makeSandbox, tinyEasyconfig, tinyImage } from '../harness/sandbox.ts';
import { makeBtrfs } from './btrfs.ts';

const install = 'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml';
const use = 'module load tiny; singularity exec "$SIF" cat /user-software/mine';
/** All but where the run's directories are empty. */
const list =
  'cd "$CTINSTALL_PREFIX"; find . ! -type d -printf "%M %s %t %p\\n" | sort; find software modules -type d | sort';

test('a quota: whichever write meets it, all is as before, and what is installed loads and verifies', async () => {
  const sandbox = makeSandbox();
  const { directory } = makeBtrfs(sandbox.dir);
  const subvolume = join(directory, 'home');
  asRoot('btrfs', '--quiet', 'subvolume', 'create', subvolume);
  asRoot('chown', '--reference', directory, subvolume);
  asRoot('btrfs', 'quota', 'enable', directory);
  /** Its quota group, and the bytes that it uses. */
  const group = (): [string, number] => {
    asRoot('sync', '-f', directory);
    const lines = asRoot('btrfs', 'qgroup', 'show', '--raw', '-f', subvolume).trim().split('\n');
    const [id = '', bytes] = lines.at(-1)?.split(/\s+/) ?? [];
    return [id, Number(bytes)];
  };
  /** Room for that many bytes more than there are. */
  const limit = (room: number | 'none'): void => {
    const [id, used] = group();
    // By its number: to open the subvolume itself may need what is no more there.
    asRoot('btrfs', 'qgroup', 'limit', room === 'none' ? room : String(used + room), id, directory);
  };
  const environment = { CTINSTALL_PREFIX: join(subvolume, 'p') };
  const here = `module use "$CTINSTALL_PREFIX/modules"; `;
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["true"]\n'));
  const look = () => sandbox.succeed(`mkdir -p "$CTINSTALL_PREFIX"/{software,modules}; ${list}`, environment);
  let failures = 0;
  let before = await look();
  const tryWith = async (command: string, room: number): Promise<boolean> => {
    limit(room);
    const ran = await sandbox.run(command, environment);
    limit('none');
    if (ran.status === 0) return true;
    failures += 1;
    expect(ran.stderr).toMatch(/^error: .*quota/m);
    expect(ran.stderr).toMatch(/^hint: free some space/m);
    expect(ran.status).toBe(1);
    expect(await look()).toBe(before);
    return false;
  };
  const rooms = Array.from({ length: 8 }, (_, index) => index * 800_000);
  let isDone = false;
  for (const room of rooms) isDone ||= await tryWith(install, room);
  expect(isDone).toBe(true);
  expect(failures).toBeGreaterThan(1);

  await sandbox.succeed('echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"', environment);
  failures = 0;
  isDone = false;
  before = await look();
  for (const room of rooms) {
    if (isDone) break;
    isDone = await tryWith(`${install} --rebuild`, room);
    expect(await sandbox.succeed(`${here}${use}; ctinstall verify`, environment)).toBe(
      'mine\ntiny/1.0: as installed\n',
    );
  }
  expect(isDone).toBe(true);
  expect(failures).toBeGreaterThan(1);

  // Where there is no room for an install there is still a way to make some.
  const small = 400_000;
  limit(small);
  expect((await sandbox.run(`${install} --rebuild`, environment)).stderr).toMatch(/^error: .*quota/m);
  const removed = await sandbox.run('ctinstall uninstall --yes --with-user-software tiny', environment);
  expect(removed).toMatchObject({ status: 0, stdout: 'removed tiny/1.0\n' });
});

test('a block of the image that cannot be read: said as what it is, and all is as before', async () => {
  const sandbox = makeSandbox();
  const { directory, damage } = makeBtrfs(sandbox.dir);
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(`${install}; echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"`);
  await sandbox.succeed(`cp "$CT_IMAGES/tiny.sif" ${directory}/tiny.sif; sync ${directory}/tiny.sif`);
  damage(readFileSync(tinyImage).subarray(1_048_576, 1_048_576 + 4096));
  const before = await sandbox.succeed(list);
  for (const command of [
    `ctinstall --rebuild --image-dir ${directory} tiny-1.0.yaml`,
    `ctinstall --prefix "$PWD/new" --image-dir ${directory} tiny-1.0.yaml`,
  ]) {
    const ran = await sandbox.run(command);
    expect(ran.stderr).toMatch(/^error: cannot .*`.*\/btrfs\/tiny\.sif`.*: input\/output error: the disk/m);
    expect(ran.status).toBe(1);
    expect(await sandbox.succeed(list)).toBe(before);
  }
  expect(await sandbox.succeed(`${use}; ctinstall verify; find new`).catch(String)).toContain(
    'mine\ntiny/1.0: as installed\n',
  );
});

test('an installed image and user software that cannot be read: verify and packing say so, a rebuild mends the one', async () => {
  const sandbox = makeSandbox();
  const { directory, damage } = makeBtrfs(sandbox.dir);
  const environment = { CTINSTALL_PREFIX: join(directory, 'p') };
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const here = `${directory}/p/software/tiny/1.0`;
  await sandbox.succeed(
    `${install}; yes 'what the user has' | head -c 100000 >${here}/user-software/mine; sync -f ${directory}`,
    environment,
  );
  const mine = readFileSync(`${here}/user-software/mine`);
  damage(mine.subarray(8192, 12_288 + 4096 * 2));
  const packed = await sandbox.run('ctinstall squashfs make --remove-directory tiny', environment);
  expect(packed.status).toBe(1);
  expect(packed.stderr).toMatch(/error: `.*user-software` could not be packed, and is as it was/);
  expect(await sandbox.succeed(`ls -A ${here}/user-software; ls -A ${here}`, environment)).not.toContain('.squashfs');

  damage(readFileSync(tinyImage).subarray(1_048_576, 1_048_576 + 4096));
  const verified = await sandbox.run('ctinstall verify', environment);
  expect(verified.status).toBe(1);
  expect(`${verified.stdout}${verified.stderr}`).toMatch(/tiny\.sif.*input\/output error/);
  const rebuilt = await sandbox.run(`${install} --rebuild && ctinstall verify`, environment);
  expect(rebuilt.stdout).toContain('tiny/1.0: as installed\n');
  expect(rebuilt.status).toBe(0);
});
