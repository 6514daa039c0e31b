import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

const slurm = useSlurm();

test('--slurm: easyconfigs, each in a job of its own, an image that is built and a directory that is wrapped', async () => {
  const sandbox = makeSandbox();
  for (const name of ['a', 'b']) sandbox.write(`${name}-1.yaml`, tinyEasyconfig('', { name, version: '1' }));
  sandbox.write('prog/bin/hello', '#!/bin/sh\necho hello\n');
  sandbox.write('prog/bin/bye', '#!/bin/sh\necho bye\n');
  const ran = await sandbox.run(
    `chmod +x prog/bin/*
     ctinstall --slurm --image-dir "$CT_IMAGES" a-1.yaml b-1.yaml; echo "install $?"
     ctinstall build --slurm --partition small built.sif --base "$CT_IMAGES/tiny.sif" --files prog:/opt/prog; echo "build $?"
     ctinstall wrap directory prog --slurm --name prog --version 1 --base "$CT_IMAGES/tiny.sif" --wrappers bin; echo "wrap $?"
     module load a prog; hello; singularity exec built.sif /opt/prog/bin/bye`,
    slurm,
  );
  expect(ran.stdout).toMatch(
    /(module load [ab]\/1\n(.*\n)*){2}install 0\n(.*\n)*build 0\n(.*\n)*wrap 0\nhello\nbye\n$/,
  );
  expect(ran.stderr.match(/^Slurm job \d+ works on n[12]$/gm)).toHaveLength(4);
});

test('--slurm: exit status, errors and output are those of the work, and an interruption undoes it', async () => {
  const sandbox = makeSandbox();
  sandbox.write('bad-1.yaml', tinyEasyconfig('wrapers: []\n', { name: 'bad', version: '1' }));
  const bad = await sandbox.run('ctinstall install --slurm --image-dir "$CT_IMAGES" bad-1.yaml', slurm);
  expect(bad).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('did you mean `wrappers`') });
  expect(bad.stderr).not.toContain('srun');
  const refused = await sandbox.run('ctinstall install --slurm --partition none --json bad-1.yaml', slurm);
  expect(refused.status).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    event: 'error',
    message: 'Slurm runs no such job',
    details: [expect.anything(), expect.stringContaining('nvalid partition')],
  });
  const loose = await sandbox.run('ctinstall install --time 10 bad-1.yaml');
  expect(loose).toMatchObject({ status: 2, stderr: expect.stringContaining('hint: add `--slurm`') });

  sandbox.write('long-1.yaml', tinyEasyconfig('post_install: ["sleep 600"]\n', { name: 'long', version: '1' }));
  const stopped = await sandbox.run(
    `ctinstall install --slurm --image-dir "$CT_IMAGES" long-1.yaml >out 2>&1 & pid=$!
     for ((n = 0; n < 600; n++)); do compgen -G "$CTINSTALL_PREFIX/.ctinstall/staging/long*" >/dev/null && break; sleep 0.1; done; kill -INT $pid; wait $pid; echo "status $?"
     ls -A "$CTINSTALL_PREFIX"/software/long "$CTINSTALL_PREFIX"/.ctinstall/staging 2>/dev/null; squeue -h -t R`,
    slurm,
  );
  expect(stopped.stdout).toMatch(/^status 130\n/);
  expect(stopped.stdout).not.toMatch(/\d+\.\d|long|ctinstall-install/);
});
