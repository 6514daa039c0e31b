import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeMksquashfs } from './fakes.ts';
import { done, makeFilled, moduleName, run, scriptValues, writeProgram } from './install.ts';

/** Compressor of a squashfs, from its superblock. */
function compressorOf(path: string): string | undefined {
  return { 1: 'gzip', 6: 'zstd' }[readFileSync(path).readUInt16LE(20)];
}

describe('how it is packed', () => {
  /** Options that mksquashfs was called with, as one line. */
  async function optionsOf(args: readonly string[], env: Record<string, string>, filledIn = '0'): Promise<string> {
    const values = {
      ...scriptValues,
      'squashfs-common.bash': { module: moduleName, default_processors: filledIn },
    };
    const install = makeFilled({ values });
    writeProgram(join(install.fakes, 'nproc'), 'echo 16 $OMP_NUM_THREADS $OMP_THREAD_LIMIT');
    fakeMksquashfs(install, `echo "\${@:3}" >"$1/../fakes-options"; real "$@"`);
    expect(await install.make(args, { env })).toMatchObject(done);
    return ` ${readFileSync(join(install.root, 'fakes-options'), 'utf8').trim()} `;
  }

  test('with options that lose nothing', async () => {
    expect(await optionsOf([], {})).toBe(
      ' -noappend -exit-on-error -no-xattrs -b 128K -processors 16 -comp zstd -Xcompression-level 3 -quiet -no-progress ',
    );
  });

  test.each<[string, readonly string[], Record<string, string>, string, number]>([
    ['all that are granted', [], {}, '0', 16],
    ['whatever OpenMP was told', [], { OMP_NUM_THREADS: '3', OMP_THREAD_LIMIT: '2' }, '0', 16],
    ['at most those of the job on this node', [], { SLURM_CPUS_ON_NODE: '8' }, '0', 8],
    ['at most those of the task', [], { SLURM_CPUS_ON_NODE: '8', SLURM_CPUS_PER_TASK: '4' }, '0', 4],
    ['no more than there are', [], { SLURM_CPUS_ON_NODE: '128' }, '0', 16],
    ['whatever else Slurm says', [], { SLURM_CPUS_ON_NODE: '8(x2)', SLURM_CPUS_PER_TASK: '' }, '0', 16],
    ['those that the site chose', [], { SLURM_CPUS_ON_NODE: '8' }, '1', 1],
    ['those of the environment', [], { CTINSTALL_SQUASHFS_PROCESSORS: '5' }, '1', 5],
    ['all, by the environment', [], { CTINSTALL_SQUASHFS_PROCESSORS: '0' }, '1', 16],
    ['those of the option', ['--processors', '7'], { CTINSTALL_SQUASHFS_PROCESSORS: '5' }, '1', 7],
    ['those of the option, in its other form', ['--processors=20'], {}, '1', 20],
    ['all, by the option', ['--processors=0'], { CTINSTALL_SQUASHFS_PROCESSORS: '5' }, '1', 16],
  ])('processors: %s', async (_what, args, env, filledIn, expected) => {
    expect(await optionsOf(args, env, filledIn)).toContain(` -processors ${expected} `);
  });

  test('gzip or zstd, as the environment says', async () => {
    for (const compression of ['gzip', 'zstd']) {
      const install = makeFilled();
      await install.make([], { env: { CTINSTALL_SQUASHFS_COMPRESSION: compression } });
      expect(compressorOf(install.squashfs)).toBe(compression);
    }
  });

  test.each<[string, string, string, string]>([
    ['gzip where mksquashfs has no zstd', 'mksquashfs', '[[ " $* " != *" zstd "* ]] || exit 1; exec REAL "$@"', 'gzip'],
    ['gzip where the kernel is older than 4.14', 'uname', 'echo 4.12.14-197.el7.x86_64', 'gzip'],
    ['gzip where the kernel is much older', 'uname', 'echo 3.10.0-1160.el7.x86_64', 'gzip'],
    ['zstd on 4.14', 'uname', 'echo 4.14.0', 'zstd'],
    ['zstd on 6.6', 'uname', 'echo 6.6', 'zstd'],
    ['zstd on a kernel of one’s own', 'uname', 'echo 4.19+', 'zstd'],
    ['gzip where the kernel was built without zstd', 'zcat', 'echo "# CONFIG_SQUASHFS_ZSTD is not set"', 'gzip'],
    ['zstd where nothing says how the kernel was built', 'zcat', 'exit 1', 'zstd'],
  ])('%s', async (_what, program, text, expected) => {
    const install = makeFilled();
    // No /boot/config-… belongs to this release.
    if (program === 'zcat') writeProgram(join(install.fakes, 'uname'), 'echo 5.0-none');
    const real = execFileSync('bash', ['-c', 'type -P mksquashfs']).toString().trim();
    writeProgram(join(install.fakes, program), text.replace('REAL', real));
    expect(await install.make()).toMatchObject(done);
    expect(compressorOf(install.squashfs)).toBe(expected);
  });

  test('a mksquashfs that does not know -quiet is kept quiet all the same', async () => {
    const install = makeFilled();
    const real = execFileSync('bash', ['-c', 'type -P mksquashfs']).toString().trim();
    writeProgram(join(install.fakes, 'mksquashfs'), `[[ " $* " != *" -quiet "* ]] || exit 1; exec ${real} "$@"`);
    const ran = await install.make();
    expect(ran).toMatchObject(done);
    expect(ran.stdout).toMatch(/^packed .*\nto use it, [^\n]*\nfiles: [^\n]*\n$/);
  });

  /** The bar of the true one is redrawn by a clock: a quick run may have none. */
  const bar = 'printf "\\r[==/ ] 1/2 50%%\\n"; [[ " $* " != *" -no-progress "* ]] && echo wanted; real "$@"';

  test('shows its progress only when it is asked to, off a terminal', async () => {
    const install = makeFilled();
    fakeMksquashfs(install, bar);
    expect((await install.make()).stdout).toMatch(/^packed /);
    const ran = await install.make([], { env: { CTINSTALL_PROGRESS: '1' } });
    expect(ran).toMatchObject(done);
    expect(ran.stdout).toMatch(/^\r\[==\/ \] 1\/2 50%\nwanted\n/);
  });

  test('shows its progress on a terminal', async () => {
    const install = makeFilled({ name: 'plain' });
    fakeMksquashfs(install, bar);
    const { stdout } = await run(['script', '-qec', join(install.root, 'bin/make-squashfs'), '/dev/null'], {
      env: { PATH: `${install.fakes}:${process.env.PATH}` },
    });
    expect(stdout).toContain('50%');
    expect(stdout).toContain('wanted');
  });
});
