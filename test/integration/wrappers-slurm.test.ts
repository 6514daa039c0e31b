import { expect, test } from 'vitest';
import { makeSandbox, type Sandbox, standInImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

const slurm = useSlurm();

async function installed(): Promise<Sandbox> {
  const sandbox = makeSandbox();
  sandbox.write('py-1.yaml', `name: py\nversion: "1"\nimage: { file: ${standInImage} }\nwrappers: [python3]\n`);
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" py-1.yaml');
  return sandbox;
}

test('every task of a job runs the program, wherever it is', async () => {
  const sandbox = await installed();
  sandbox.write('task.py', 'import os\nprint(os.environ["SLURMD_NODENAME"], os.environ["SLURM_PROCID"], flush=True)\n');
  const out = await sandbox.succeed('module load py; srun -N2 -n4 --ntasks-per-node=2 python3 task.py', slurm);
  expect(out.trimEnd().split('\n').toSorted()).toEqual(['n1 0', 'n1 1', 'n2 2', 'n2 3']);
  expect(await sandbox.run('module load py; srun -n1 python3 -c "exit(7)"', slurm)).toMatchObject({ status: 7 });
});

test('a job that is cancelled tells the program first', async () => {
  const sandbox = await installed();
  sandbox.write(
    'task.py',
    `import pathlib, signal, time
def stop(*_):
    pathlib.Path("said").write_text("saved")
    raise SystemExit(0)
signal.signal(signal.SIGTERM, stop)
pathlib.Path("ready").touch()
time.sleep(600)
`,
  );
  await sandbox.run(
    `module load py; srun -n1 --job-name=wrapped python3 task.py & until [ -e ready ]; do sleep 0.05; done
     scancel --name=wrapped --user="$(id -un)"; wait $!`,
    slurm,
  );
  expect(await sandbox.succeed('cat said')).toBe('saved');
});
