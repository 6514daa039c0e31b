import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkMounts } from '../../src/runtime/check-runtime.ts';
import { parseMounts, probeMounts } from '../../src/runtime/mount-probe.ts';
import { type FakeMachine, makeMachine } from '../discover/fake-machine.ts';
import { machine as testbed } from '../harness/sandbox.ts';

/** A machine with the real tools, and a runtime that does what the script says. */
function withRuntime(script: string): { machine: FakeMachine; runtime: string } {
  const machine = makeMachine();
  const runtime = machine.program('runtime', script);
  return { machine: { ...machine, environment: { ...machine.environment, PATH: testbed.path } }, runtime };
}

const isFuse = /works, mounted through FUSE/;

describe('the real runtime', () => {
  it('mounts both, and nothing is left behind', async () => {
    const machine = makeMachine();
    const real = { ...machine, environment: { ...machine.environment, PATH: testbed.path, HOME: machine.dir } };
    const before = readFileSync('/proc/self/mounts', 'utf8');
    const probe = await probeMounts('singularity', real, machine.dir);
    const findings = checkMounts(probe);
    expect(findings.map(({ what, state }) => [what, state])).toEqual([
      ['starting an image', 'found'],
      ['mounting user software', 'found'],
    ]);
    expect(findings[1]?.value).toMatch(/^works, mounted (by the kernel|through FUSE), packed with zstd$/);
    expect(probe).toMatchObject({ shown: expect.arrayContaining([expect.stringMatching(/^\/proc/)]) });
    expect(readdirSync(`${machine.dir}/tmp`)).toEqual([]);
    expect(readFileSync('/proc/self/mounts', 'utf8')).toBe(before);
  });
});

describe('a runtime', () => {
  it('that mounts through FUSE', async () => {
    const { machine, runtime } = withRuntime(
      'echo "overlay / overlay ro"; echo "squashfuse_ll /mnt fuse.squashfuse_ll ro"',
    );
    expect(checkMounts(await probeMounts(runtime, machine)).map(({ value }) => value)).toEqual([
      expect.stringMatching(isFuse),
      expect.stringMatching(isFuse),
    ]);
  });

  it('that unpacks each image and cannot mount a bind', async () => {
    const { machine, runtime } = withRuntime(
      'case $* in *image-src*) echo "FATAL: no loop device" >&2; exit 255;; esac\necho "INFO: Converting SIF file to temporary sandbox..." >&2; echo "/dev/sda1 / ext4 rw"',
    );
    const [image, packed] = checkMounts(await probeMounts(runtime, machine));
    expect(image).toMatchObject({ state: 'unusable', value: expect.stringContaining('unpacks'), stopsInstalls: false });
    expect(packed).toMatchObject({ state: 'unusable', stopsInstalls: false });
    expect(packed?.tried.join()).toContain('no loop device');
  });

  it('that cannot mount zstd', async () => {
    const { machine, runtime } = withRuntime(
      'case $* in *zstd*) echo "FATAL: bad superblock" >&2; exit 255;; esac\necho "/dev/loop0 / squashfs ro"; echo "/dev/loop1 /mnt squashfs ro"',
    );
    const [image, packed] = checkMounts(await probeMounts(runtime, machine));
    expect(image?.value).toBe('works, mounted by the kernel');
    expect(packed).toMatchObject({ state: 'found', hint: expect.stringContaining('gzip') });
  });

  it('that starts nothing: no install can work', async () => {
    const { machine, runtime } = withRuntime('echo "FATAL: could not use fuse: permission denied" >&2; exit 255');
    expect(checkMounts(await probeMounts(runtime, machine))).toMatchObject([
      { state: 'unusable', stopsInstalls: true, hint: expect.stringContaining('/dev/fuse') },
    ]);
  });

  it('gets none of this session’s binds and variables', async () => {
    const { machine, runtime } = withRuntime('env > "$TMPDIR/../seen"; exit 1');
    const environment = { ...machine.environment, SINGULARITY_BIND: '/x', APPTAINERENV_A: '1', KEPT: '1' };
    await probeMounts(runtime, { ...machine, environment });
    const seen = readFileSync(`${machine.dir}/seen`, 'utf8');
    expect(seen).toContain('KEPT=1');
    expect(seen).not.toMatch(/SINGULARITY|APPTAINER/);
  });
});

describe('without mksquashfs', () => {
  it('nothing is tried, and that is said', async () => {
    const machine = makeMachine();
    const probe = await probeMounts('singularity', machine);
    expect(checkMounts(probe)).toMatchObject([
      { state: 'missing', value: 'not tried: `mksquashfs` made no image', stopsInstalls: false },
    ]);
    expect(readdirSync(`${machine.dir}/tmp`)).toEqual([]);
  });

  it('or a place to write: the same', async () => {
    const machine = makeMachine({ TMPDIR: '/proc/no-such-directory' });
    expect(await probeMounts('singularity', machine)).toMatchObject({ kind: 'impossible' });
  });
});

describe('a table of mounts', () => {
  it('has what is on top', () => {
    expect(parseMounts('a / ext4 rw\nb / squashfs ro\n\nbroken\n').get('/')).toBe('squashfs');
  });
});
