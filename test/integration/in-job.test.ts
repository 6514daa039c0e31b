import { expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

const slurm = useSlurm();

test('--slurm: easyconfigs in an array of jobs, an image that is built and a directory that is wrapped', async () => {
  const sandbox = makeSandbox();
  for (const name of ['a', 'b']) sandbox.write(`${name}-1.yaml`, tinyEasyconfig('', { name, version: '1' }));
  sandbox.write('prog/bin/hello', '#!/bin/sh\necho hello\n');
  sandbox.write('prog/bin/bye', '#!/bin/sh\necho bye\n');
  const ran = await sandbox.run(
    `chmod +x prog/bin/*
     ctinstall --slurm --image-dir "$CT_IMAGES" a-1.yaml b-1.yaml; echo "install $?"; ls -A .local/state/ctinstall/jobs
     ctinstall build --slurm --partition small built.sif --base "$CT_IMAGES/tiny.sif" --files prog:/opt/prog; echo "build $?"
     ctinstall wrap directory prog --slurm --name prog --version 1 --base "$CT_IMAGES/tiny.sif" --wrappers bin; echo "wrap $?"
     module load a prog; hello; singularity exec built.sif /opt/prog/bin/bye`,
    slurm,
  );
  expect(ran.stdout).toMatch(
    /(module load [ab]\/1\n(.*\n)*){2}install 0\n(.*\n)*build 0\n(.*\n)*wrap 0\nhello\nbye\n$/,
  );
  expect(ran.stderr.match(/^Slurm job \d+ works on n[12]$/gm)).toHaveLength(2);
  const [, id] = /^Slurm job (\d+): an array of 2$/m.exec(ran.stderr) ?? [];
  for (const [number, name] of ['a', 'b'].entries())
    expect(ran.stderr).toMatch(new RegExp(`^Slurm job ${id}_${number} works on n[12]: ${name}-1\\.yaml$`, 'm'));
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

test('--slurm of several: each has a log, those that fail say so, one that Slurm ends says why, and an interruption undoes all', async () => {
  const sandbox = makeSandbox();
  const more = { a: '', fails: 'post_install: ["echo no good >&2; false"]\n', long: 'post_install: ["sleep 600"]\n' };
  for (const [name, text] of Object.entries(more))
    sandbox.write(`${name}-1.yaml`, tinyEasyconfig(text, { name, version: '1' }));
  const allow = 'ctinstall install --allow-host-commands --image-dir "$CT_IMAGES" --slurm';
  // One at a time: the second begins when the first is over, and the third is ended from outside.
  const ran = await sandbox.run(
    `${allow} --jobs 1 a-1.yaml fails-1.yaml long-1.yaml >out 2>err & pid=$!
     for ((n = 0; n < 600; n++)); do compgen -G "$CTINSTALL_PREFIX/.ctinstall/staging/long*" >/dev/null && break; sleep 0.1; done
     scancel "$(sed -n 's/^Slurm job \\(.*\\): an array of 3/\\1/p' err)"; wait $pid; echo "status $?"
     cat out; for n in 0 1 2; do wc -l <.local/state/ctinstall/jobs/1/$n.out; grep -c 'no good' .local/state/ctinstall/jobs/1/$n.err; done
     ctinstall list 2>/dev/null | cut -d' ' -f1; ls -A "$CTINSTALL_PREFIX/.ctinstall/staging"`,
    slurm,
  );
  expect(ran.stdout).toBe('status 1\nmodule load a/1\n1\n0\n0\n3\n0\n0\na/1\n');
  const said = (await sandbox.succeed('cat err')).replaceAll(/job \d+/g, 'job N').split('\n');
  expect(said.filter((line) => / job N|^error|^ {2}\|/.test(line))).toEqual([
    'Slurm job N: an array of 3',
    expect.stringMatching(/^Slurm job N_0 works on n[12]: a-1\.yaml$/),
    expect.stringMatching(/^Slurm job N_1 works on n[12]: fails-1\.yaml$/),
    'error: `post-install: echo no good >&2; false` failed with exit status 1',
    '  | no good',
    expect.stringMatching(/^Slurm job N_2 works on n[12]: long-1\.yaml$/),
    'warning: long-1.yaml: Slurm ended job N_2: it was cancelled',
    `what each of job N has said is in ${sandbox.dir}/.local/state/ctinstall/jobs/1`,
  ]);
  const stopped = await sandbox.run(
    `sed 's/^name: long/name: long2/' long-1.yaml >long2-1.yaml
     ${allow} long-1.yaml long2-1.yaml --jobs 1 >out 2>err & pid=$!
     for ((n = 0; n < 600; n++)); do compgen -G "$CTINSTALL_PREFIX/.ctinstall/staging/long*" >/dev/null && break; sleep 0.1; done; kill -INT $pid; wait $pid; echo "status $?"
     ls -A "$CTINSTALL_PREFIX/.ctinstall/staging" .local/state/ctinstall/jobs; squeue -h`,
    slurm,
  );
  expect(stopped.stdout).toBe(`status 130\n.local/state/ctinstall/jobs:\n1\n\n${sandbox.prefix}/.ctinstall/staging:\n`);
});
