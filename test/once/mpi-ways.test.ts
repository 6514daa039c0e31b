import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machine, makeSandbox, type Sandbox, standInImage } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

/** Of each rank: its number of how many, a sum over all, and where its libfabric and its MPI are mapped from. */
const program = `
import os
from mpi4py import MPI
world = MPI.COMM_WORLD
total = world.allreduce(world.rank + 1)
files = {line.split()[-1] for line in open('/proc/self/maps') if '.so' in line}
mapped = [f for f in sorted(files) if '/libfabric' in f or '/libmpi.so' in f]
os.write(1, f'{world.rank}/{world.size} sum={total} {os.environ.get("SLURMD_NODENAME")} {mapped}\\n'.encode())
`;

/** Both nodes of the test bed have the address of this machine. */
const srun = 'env OMPI_MCA_btl=tcp,self OMPI_MCA_reachable=weighted srun -K1 --mpi=pmix -N2 -n4 --ntasks-per-node=2';

const slurm = useSlurm();
const inside = (): Record<string, string> => ({ ...slurm, CTINSTALL_IMAGE_DIRS: machine.images });

describe('Open MPI in the image', () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = makeSandbox(() => undefined);
    sandbox.write('who.py', program);
    sandbox.write('mpi4py-1.yaml', `name: mpi4py\nversion: "1"\nimage: { file: ${standInImage}, mode: central }\n`);
  });
  afterAll(() => rmSync(sandbox.dir, { recursive: true, force: true }));
  const ranks = async (start: string, module = 'mpi4py/1'): Promise<string[]> =>
    (
      await sandbox.succeed(
        `module load ${module}; timeout -k 5 60 ${start} singularity exec $SIF python3 who.py`,
        inside(),
      )
    )
      .split('\n')
      .filter((line) => line.includes('sum='))
      .toSorted();

  test("libfabric: the host's libfabric, with its provider for sockets, under the container's own MPI", async () => {
    await sandbox.succeed('ctinstall --mpi libfabric mpi4py-1.yaml', inside());
    const said = await ranks(
      'env OMPI_MCA_pml=cm OMPI_MCA_mtl=ofi OMPI_MCA_mtl_ofi_provider_include=sockets mpirun -n 2',
    );
    expect(said).toHaveLength(2);
    for (const line of said)
      expect(line).toMatch(
        /^[01]\/2 sum=3 \w+ \['\/host-mpi\/root\/[^']*libfabric\.so[^']*', '\/usr\/lib[^']*libmpi\.so/,
      );
  });

  test.each([
    ['none', '/usr/lib'],
    ['mpi', '/host-mpi/root/'],
  ])('%s: mpi4py in 4 ranks on 2 nodes, by PMIx of Slurm', async (way, from) => {
    await sandbox.succeed(`ctinstall --rebuild --mpi ${way} mpi4py-1.yaml`, inside());
    const said = await ranks(srun);
    expect(said.map((line) => line.split(' [')[0])).toEqual(
      ['n1', 'n1', 'n2', 'n2'].map((node, rank) => `${rank}/4 sum=10 ${node}`),
    );
    for (const line of said) expect(line).toMatch(new RegExp(`'${from}[^']*libmpi\\.so\\.40`));
  });

  test("Open MPI 5 in an image: the host's 4 is refused; its own runs with the host's libfabric in 4 ranks on 2 nodes", async () => {
    sandbox.write('five-1.yaml', 'name: five\nversion: "1"\nimage: { file: openmpi5.sif, mode: central }\n');
    const refused = await sandbox.run(
      'ctinstall --mpi mpi five-1.yaml; echo $?; ctinstall --mpi auto five-1.yaml',
      inside(),
    );
    expect([refused.stdout, refused.stderr]).toEqual([
      '1\nmodule load five/1\n',
      expect.stringMatching(/the image has Open MPI 5, and the host Open MPI 4\.1\.4/),
    ]);
    const said = await ranks(srun, 'five/1');
    expect(said).toHaveLength(4);
    for (const line of said)
      expect(line).toMatch(
        /^\d\/4 sum=10 n\d \['\/host-mpi\/root\/[^']*libfabric\.so[^']*', '\/usr\/lib[^']*libmpi\.so\.40\.40/,
      );
  });
});

describe('mpi test, where something fails', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = makeSandbox(() => undefined);
    sandbox.write('mpich-1.yaml', 'name: mpich\nversion: "1"\nimage: { file: mpich.sif, mode: central }\n');
    await sandbox.succeed('ctinstall mpich-1.yaml', inside());
  });
  afterAll(() => rmSync(sandbox.dir, { recursive: true, force: true }));

  test('a rank that is killed: the others end, it is said, and nothing is left', async () => {
    const ran = await sandbox.run(
      `mkdir here; cd here; export UCX_TLS=posix,sysv,self MPICH_DIR=$CT_MPICH
ctinstall mpi test mpich -N 2 & test=$!
for ((turn = 0; turn < 600; turn++)); do
  for rank in $(pgrep -u "$(id -u)" -f '^(/usr/bin/)?python3 /mpi-program/ping-pong.py'); do
    if [[ $(readlink "/proc/$rank/cwd") == "$PWD" ]]; then sleep 0.2; kill -9 "$rank"; break 2; fi
  done
  sleep 0.05
done
wait "$test"; echo "status $?"; ls -A; for ((turn = 0; turn < 50; turn++)); do [[ $(squeue -h) ]] || break; sleep 0.1; done; squeue -h`,
      inside(),
    );
    expect(ran.stdout.trim().split('\n').at(-1)).toBe('status 1');
    expect(ran.stderr).toMatch(/the run with the container's MPI failed|of 2 ranks came to their end|no rank came/);
  });

  test('no launcher: said, with what was tried', async () => {
    const ran = await sandbox.run(
      'mkdir bin; for p in singularity unsquashfs node sh bash env; do ln -s "$(command -v $p)" bin/; done; CT=$(command -v ctinstall); MPICH_DIR=$CT_MPICH; cp -r $MPICH_DIR own; rm own/bin/mpi*; PATH=$PWD/bin MPICH_DIR=$PWD/own "$CT" mpi test mpich',
      inside(),
    );
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringMatching(/no launcher: tried `srun` and `mpiexec`/)]);
  });
});
