import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Fault, makeOddFileSystem, type OddFileSystem } from '../harness/odd-file-system.ts';
import { machine, type Ran, tinyEasyconfig } from '../harness/sandbox.ts';
import { describeTree } from '../scripts/tree.ts';

function makeTiny(): OddFileSystem & { install: (faults: readonly Fault[], more?: string) => Promise<Ran> } {
  const odd = makeOddFileSystem();
  odd.write('tiny-1.0.yaml', tinyEasyconfig('sanity_check_commands: ["true"]\n'));
  return {
    ...odd,
    install: (faults, more = '') => odd.run(faults, `ctinstall --image-dir "$CT_IMAGES" ${more} tiny-1.0.yaml`),
  };
}

/** From the first install to the removal, with packing and unpacking. */
const life = `set -e
ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml
ctinstall --image-dir "$CT_IMAGES" --rebuild tiny-1.0.yaml
ctinstall verify tiny
software=$CTINSTALL_PREFIX/software/tiny/1.0/user-software
mkdir -p "$software/lib"; echo one > "$software/lib/one"; ln -s one "$software/lib/link"
ctinstall squashfs make --remove-directory tiny
module load tiny
start-shell -c 'echo "packed: $(cat /user-software/lib/link)"'
ctinstall squashfs unmake tiny
module load tiny
echo "unpacked: $(cat "$software/lib/link")"
ctinstall uninstall --yes --with-user-software tiny`;

describe('installing, packing, unpacking and removing', () => {
  test.each<[string, Fault[], string | undefined, number]>([
    // mksquashfs writes for its user alone, and the rest is a matter of chmod.
    ['without permissions that can be changed', ['chmod=EPERM'], 'have the mode 644: it stays 600', 1],
    // Each command that installs says it.
    [
      'where fsync is not supported, without sizes',
      ['fsync=ENOTSUP', 'statfs=nothing'],
      'is on the disk (fsync: ENOTSUP)',
      2,
    ],
  ])('%s', async (_what, faults, note, times) => {
    const odd = makeTiny();
    const { status, stdout, stderr } = await odd.run(faults, life);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^packed: one\n(.*\n)*unpacked: one$/m),
      stderr: expect.anything(),
    });
    if (note !== undefined) expect(stderr.split(note).length - 1, stderr).toBe(times);
    expect(stderr).not.toMatch(/^error|^hint/m);
    expect(readdirSync(`${odd.shown}/software`)).toEqual([]);
  });

  test('installs that only their owner may change, where permissions stay as they are', async () => {
    const odd = makeTiny();
    const { status, stderr } = await odd.run(
      ['chmod=EPERM'],
      `set -e
      export CTINSTALL_READ_ONLY_INSTALLS=true
      ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml
      ctinstall verify tiny >&2
      ctinstall uninstall --yes tiny`,
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr.split('does not let permissions be changed (chmod: EPERM)').length - 1, stderr).toBe(1);
    expect(stderr).toContain('tiny/1.0: as installed');
  });

  test('`check` takes sizes that are not told for unknown', async () => {
    const odd = makeTiny();
    const { stdout } = await odd.run(['statfs=nothing'], 'mkdir -p "$CTINSTALL_PREFIX"; ctinstall check');
    expect(stdout).toMatch(/room.*the file system gives no sizes/);
  });
});

describe('what cannot work', () => {
  test('no symbolic links: the first install is refused, and leaves nothing', async () => {
    const odd = makeTiny();
    const { status, stderr } = await odd.install(['symlink=EPERM']);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^error: the file system of `.*` has no symbolic links\n\nhint: installs need them: choose a place on another file system with `--prefix <dir>`\n$/m,
      ),
    });
    expect(existsSync(odd.shown)).toBe(false);
  });

  test('nothing can be replaced: a rebuild fails, and all is as it was', async () => {
    const odd = makeTiny();
    expect(await odd.install([])).toMatchObject({ status: 0 });
    const before = describeTree(odd.shown);
    const { status, stderr } = await odd.install(['rename=keeps'], '--rebuild');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^error: cannot .* it is there already$/m),
    });
    expect(describeTree(odd.shown)).toEqual(before);
    expect(await odd.run([], 'ctinstall verify tiny')).toMatchObject({ status: 0 });
    expect(await odd.install([], '--rebuild')).toMatchObject({ status: 0 });
  });
});

test('on a slow one, copying shows a bar on a terminal and packing the time, gone in the end; elsewhere there is none', async () => {
  const odd = makeOddFileSystem();
  odd.write('tiny-1.0.yaml', tinyEasyconfig());
  const slow = (script: string): Promise<Ran> => odd.run(['speed=slow'], script);
  const copied = await slow(`script -qec 'ctinstall --image-dir ${machine.images} tiny-1.0.yaml' /dev/null`);
  expect(copied.stdout).toMatch(/ {2}copy image .* {2}\[=* *\] +\d+% {2}[\d.]+ [KM]iB\/s/);
  const packed = await slow(`module load tiny; head -c 3000000 /dev/urandom >"$CONTAINERROOT/user-software/random"
    script -qec 'ctinstall squashfs' /dev/null`);
  // How far it is, mksquashfs says of larger ones only.
  expect(packed.stdout).toMatch(/ {2}pack the user software of tiny\/1\.0 .*\d s/);
  const verified = await slow(`script -qec 'ctinstall verify' /dev/null`);
  expect(verified.stdout).toMatch(/ {2}verify tiny\/1\.0 {2}\d s/);
  for (const { stdout } of [copied, packed, verified])
    expect(stdout.lastIndexOf('\u001b[0J')).toBeGreaterThan(stdout.lastIndexOf('\u001b[0K'));
  const elsewhere = await slow('ctinstall --rebuild --image-dir "$CT_IMAGES" tiny-1.0.yaml; ctinstall squashfs tiny');
  for (const sign of ['\u001b', '[=']) expect(elsewhere.stderr + elsewhere.stdout).not.toContain(sign);
});
