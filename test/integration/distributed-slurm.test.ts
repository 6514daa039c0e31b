import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSandbox, type Sandbox, standInImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

const slurm = useSlurm();

/** As gloo does it: all meet at the master, which gives everyone the sum. */
const allReduce = `import os, socket, time
rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
where = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
mine = 10 ** rank
if rank == 0:
    server = socket.create_server(("127.0.0.1", where[1]))
    others = [server.accept()[0] for _ in range(world - 1)]
    total = mine + sum(int(other.recv(64)) for other in others)
    for other in others:
        other.sendall(str(total).encode())
    time.sleep(1)
else:
    for attempt in range(600):
        try:
            link = socket.create_connection(where)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    link.sendall(str(mine).encode())
    total = int(link.recv(64))
names = ["MASTER_ADDR", "MASTER_PORT", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "CUDA_VISIBLE_DEVICES"]
print(os.environ["SLURMD_NODENAME"], rank, total, *(os.environ[name] for name in names), flush=True)
`;

let sandbox: Sandbox;
let remove: () => void;
beforeAll(async () => {
  sandbox = makeSandbox((itself) => {
    remove = itself;
  });
  sandbox.write(
    'learn-1.yaml',
    `name: learn\nversion: "1"\nimage: { file: ${standInImage}, mode: central }\nrunscripts: [python-distributed]\n`,
  );
  await sandbox.succeed('ctinstall --image-dir "$CT_IMAGES" learn-1.yaml');
});
afterAll(() => remove());

test('four ranks on two nodes add up their numbers, in two jobs at once on the same nodes', async () => {
  sandbox.write('reduce.py', allReduce);
  // The nodes of the test bed are this machine.
  sandbox.write('hosts', '127.0.0.1 localhost n1 n2\n');
  sandbox.write(
    'job.sh',
    `#!/bin/bash
#SBATCH --nodes=2 --ntasks-per-node=2 --output=/dev/null
export CUDA_VISIBLE_DEVICES=0,1
srun --output="out-$1" singularity exec -B "$PWD/hosts:/etc/hosts" "$SIF" python-distributed reduce.py
`,
  );
  const left = await sandbox.succeed(
    `module load learn
     sbatch --wait job.sh a >/dev/null & sbatch --wait job.sh b >/dev/null & wait
     compgen -G "/tmp/ctinstall-caches-$UID-*" || true`,
    slurm,
  );
  expect(left).toBe('');
  const [a = '', b = ''] = ['a', 'b'].map(
    (job) =>
      `${readFileSync(join(sandbox.dir, `out-${job}`), 'utf8')
        .trim()
        .split('\n')
        .toSorted()
        .join('\n')}\n`,
  );
  const portOf = (output: string): string => output.split(' ')[4] ?? '';
  for (const output of [a, b]) {
    const port = portOf(output);
    expect(output).toBe(
      ['n1 0 1111 n1', 'n1 1 1111 n1', 'n2 2 1111 n1', 'n2 3 1111 n1']
        .map((line, index) => `${line} ${port} ${index % 2} 2 ${index % 2}\n`)
        .join(''),
    );
  }
  expect(Math.abs(Number(portOf(a)) - Number(portOf(b)))).toBe(1);
});

test('a job that is cancelled leaves no caches on its nodes', async () => {
  sandbox.write(
    'wait.py',
    'import os, pathlib, time\npathlib.Path("ready-" + os.environ["RANK"]).write_text(os.environ["TRITON_CACHE_DIR"])\ntime.sleep(600)\n',
  );
  const caches = await sandbox.succeed(
    `module load learn
     srun -N2 -n2 --job-name=cancelled singularity exec "$SIF" python-distributed wait.py >/dev/null 2>&1 &
     until [ -s ready-0 ] && [ -s ready-1 ]; do sleep 0.1; done
     ls -d "$(dirname "$(cat ready-0)")" "$(dirname "$(cat ready-1)")"
     scancel --name=cancelled --user="$(id -un)"; wait $! || true
     for ((n = 0; n < 100; n++)); do [ -e "$(dirname "$(cat ready-0)")" ] || [ -e "$(dirname "$(cat ready-1)")" ] || break; sleep 0.1; done
     ls -d "$(dirname "$(cat ready-0)")" "$(dirname "$(cat ready-1)")" 2>/dev/null || true`,
    slurm,
  );
  expect(caches.trimEnd().split('\n')).toEqual([expect.stringMatching(/-n1$/), expect.stringMatching(/-n2$/)]);
});
