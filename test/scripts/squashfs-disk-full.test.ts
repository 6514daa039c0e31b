import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeInstall, type Ran, run } from './install.ts';

/**
 * Runs a bash script with an install on a small file system of its own. It is mounted in a name space that only this
 * script is in, and is gone with it; no privileges are needed.
 */
async function onSmallFileSystem(megabytes: number, script: string): Promise<Ran> {
  const install = makeInstall({ name: 'small disk' });
  writeFileSync(join(install.directory, 'random'), randomBytes(3 * 1024 * 1024));
  writeFileSync(join(install.directory, 'small'), 'small');
  const place = join(install.root, '../mounted');
  mkdirSync(place);
  cpSync(install.root, join(install.fakes, 'install'), { recursive: true });
  const set = `set -e
    mount -t tmpfs -o size=${megabytes}m none "$1"
    cp -a "$2/." "$1"
    cd "$1"
    sums() { (cd user-software && sha256sum random small); }`;
  return run([
    'unshare',
    '--map-root-user',
    '--mount',
    'bash',
    '-c',
    `${set}\n${script}`,
    'bash',
    place,
    join(install.fakes, 'install'),
  ]);
}

test('packing: the directory and an older squashfs are as they were', async () => {
  const ran = await onSmallFileSystem(
    8,
    `before=$(sums)
    bin/make-squashfs
    old=$(sha256sum user-software.squashfs)
    echo more >user-software/more
    status=0; bin/make-squashfs --remove-directory || status=$?
    echo "status $status"
    [[ $(sums) == "$before" && $(sha256sum user-software.squashfs) == "$old" ]]
    ls -A . .ctinstall
    rm user-software.squashfs
    bin/make-squashfs --remove-directory >/dev/null
    echo again`,
  );
  expect(ran.stderr).toMatch(
    /No space left on device[\s\S]*error: .* could not be packed, and is as it was: mksquashfs ended with exit status 1\nhint: free some space or files/,
  );
  expect(ran.stdout).toContain('status 1\n');
  expect(ran.stdout).toMatch(/\nagain\n$/);
  expect(ran.stdout).not.toMatch(/\.part|\.stamp|\.lock|\.messages/);
  expect(ran.status).toBe(0);
});

test('unpacking: the squashfs is as it was', async () => {
  const ran = await onSmallFileSystem(
    7,
    `before=$(sums)
    bin/make-squashfs --remove-directory
    dd if=/dev/zero of=filler bs=1M count=2 status=none
    old=$(sha256sum user-software.squashfs)
    status=0; bin/unmake-squashfs || status=$?
    echo "status $status"
    [[ ! -e user-software && $(sha256sum user-software.squashfs) == "$old" ]]
    ls -A . .ctinstall
    rm filler
    bin/unmake-squashfs >/dev/null
    [[ $(sums) == "$before" ]]
    echo again`,
  );
  expect(ran.stderr).toMatch(
    /No space left on device[\s\S]*error: .* could not be unpacked whole, and is as it was: [\s\S]*hint: free some space or files/,
  );
  expect(ran.stdout).toContain('status 1\n');
  expect(ran.stdout).toMatch(/\nagain\n$/);
  expect(ran.stdout).not.toMatch(/\.unpack|\.removed|\.stamp|\.lock|\.messages/);
  expect(ran.status).toBe(0);
});

test('not even room for the first small file', async () => {
  const ran = await onSmallFileSystem(
    7,
    `before=$(sums)
    dd if=/dev/zero of=filler bs=4k status=none 2>/dev/null || true
    status=0; bin/make-squashfs || status=$?
    echo "status $status"
    [[ $(sums) == "$before" ]]
    rm filler
    bin/make-squashfs >/dev/null
    echo again`,
  );
  expect(ran.stdout).toContain('status 1\n');
  expect(ran.stderr).toContain('error: ');
  expect(ran.stdout).toMatch(/\nagain\n$/);
  expect(ran.status).toBe(0);
});
