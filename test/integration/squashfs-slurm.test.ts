import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

const slurm = useSlurm();

let sandbox: Sandbox;
let remove: () => void;
beforeAll(async () => {
  sandbox = makeSandbox((itself) => {
    remove = itself;
  });
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed(
    'ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml; echo mine >"$CTINSTALL_PREFIX/software/tiny/1.0/user-software/mine"',
  );
});
afterAll(() => remove());

/** A mksquashfs that notes where it runs, then does `more`. */
function watchMksquashfs(more = ''): string {
  sandbox.write(
    'fakes/mksquashfs',
    `#!/bin/bash\nif [[ $* == *user-software.squashfs.* && " $* " == *' -processors '* ]]; then
      echo "$SLURMD_NODENAME $SLURM_JOB_PARTITION $SLURM_JOB_ID $*" >~/ran; ${more}\nfi\nPATH=\${PATH#*:} exec mksquashfs "$@"\n`,
  );
  return 'chmod +x fakes/*; PATH=$PWD/fakes:$PATH;';
}

describe('ctinstall squashfs --slurm', () => {
  test('a signal cancels the job, which clears up', async () => {
    const before = await sandbox.succeed('cd "$CTINSTALL_PREFIX/software/tiny/1.0"; ls -A1R .');
    for (const [signal, status] of [
      ['INT', 130],
      ['TERM', 143],
      ['HUP', 129],
    ] as const) {
      const ran = await sandbox.run(
        `${watchMksquashfs('exec sleep 600')} rm -f ran; set -m; ctinstall squashfs tiny --slurm --remove-directory >out 2>&1 & pid=$!; set +m
         for i in $(seq 1200); do [ -e ran ] && break; sleep 0.05; done; kill -${signal} $pid; wait $pid; echo "status $?"
         job=$(cut -d" " -f3 ran); for i in $(seq 200); do [ -z "$(squeue -h -j "$job" 2>/dev/null)" ] && break; sleep 0.05; done; squeue -h -j "$job" 2>/dev/null
         cd "$CTINSTALL_PREFIX/software/tiny/1.0"; ls -A1R .`,
        slurm,
      );
      expect([signal, ran.stdout]).toEqual([signal, `status ${status}\n${before}`]);
    }
  });

  test('a job that waits is told of, and taken back', async () => {
    const ran = await sandbox.run(
      `set -m; ctinstall squashfs tiny --slurm --processors 99 >out 2>&1 & pid=$!; set +m
       for i in $(seq 1200); do grep -q '^Slurm job .* queued' out && break; sleep 0.05; done; kill -TERM $pid; wait $pid; echo "status $?"
       job=$(sed -n 's/^Slurm job \\([0-9]*\\) queued.*/\\1/p' out); for i in $(seq 200); do [ -z "$(squeue -h -j "$job" 2>/dev/null)" ] && break; sleep 0.05; done; squeue -h -j "$job" 2>/dev/null`,
      slurm,
    );
    expect(ran.stdout).toBe('status 143\n');
  });

  test('where there is no srun, and flags that mean nothing', async () => {
    const without = await sandbox.run(
      'mkdir bare; for p in bash env node; do ln -s "$(command -v $p)" bare/; done; PATH=$PWD/bare "$CT_TOOL/bin/ctinstall" squashfs tiny --slurm',
    );
    expect(without.status).toBe(1);
    expect(without.stderr).toContain('error: there is no `srun` on PATH');
    const loose = await sandbox.run('ctinstall squashfs tiny --partition small');
    expect(loose).toMatchObject({ status: 2, stderr: expect.stringContaining('hint: add `--slurm`') });
    const bad = await sandbox.run("ctinstall squashfs tiny --slurm --partition 'a b'");
    expect(bad).toMatchObject({ status: 2, stderr: expect.stringContaining('error: `--partition` must be a word') });
  });

  test('settings say how, flags count for more; --json names the job', async () => {
    sandbox.write('.config/ctinstall/settings.yaml', 'slurm: { partition: none, time: "5", options: [comment=y] }\n');
    const refused = await sandbox.run('ctinstall squashfs tiny --slurm', slurm);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('error: could not pack the user software of tiny/1.0');
    expect(refused.stderr).toContain('invalid partition specified: none');
    const ran = await sandbox.succeed('ctinstall squashfs --json --slurm --partition debug --processors 2 tiny', slurm);
    const last: unknown = JSON.parse(ran.trimEnd().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ event: 'squashfs', filesBefore: 2, slurmJob: expect.stringMatching(/^\d+$/) });
    await sandbox.succeed(
      'ctinstall squashfs unmake --slurm --partition debug tiny; rm .config/ctinstall/settings.yaml',
      slurm,
    );
  });

  test('ends as the script ends', async () => {
    const ran = await sandbox.run(
      `ctinstall squashfs tiny --slurm --no-such 2>/dev/null; echo $?
       cd "$CTINSTALL_PREFIX"/software/tiny/1.0/user-software; mv mine ../..
       ctinstall squashfs tiny --slurm; echo $?; mv ../../mine .`,
      slurm,
    );
    expect(ran.stdout).toBe('2\n1\n');
    expect(ran.stderr).toMatch(/^error: nothing to pack: `.*` is empty$/m);
    expect(ran.stderr).not.toContain('srun:');
  });

  test('packs in a job, on all its processors, and says which job', async () => {
    const ran = await sandbox.run(
      `${watchMksquashfs()} CTINSTALL_SQUASHFS_PROCESSORS=1 ctinstall squashfs tiny --slurm --partition small --time 10 --slurm-option comment=x --remove-directory; echo "status $?"; cat ran; module load tiny; singularity exec "$SIF" cat /user-software/mine`,
      slurm,
    );
    expect(ran.stdout).toMatch(/^packed 1 files and directories.*\n.*\nfiles: 2 before, 1 after; .* saved\n/);
    const [, job] = /^Slurm job (\d+) works on n1$/m.exec(ran.stderr) ?? [];
    // Every node of the test bed says that it has four.
    expect(ran.stdout).toMatch(new RegExp(`^status 0\nn1 small ${job} .* -processors [1-4] .*\nmine\n$`, 'm'));
    expect(ran.stdout).not.toContain('-processors 1 -comp');
  });
});
