import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machine, makeSandbox, type Sandbox } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

/* An image whose glibc (2.31) is too old for the host's MPI, with a compiler and no Python. */

const program = String.raw`
#include <gnu/libc-version.h>
#include <mpi.h>
#include <stdio.h>
int main(int count, char **words) {
  int rank, size, length, one = 1, total;
  char version[MPI_MAX_LIBRARY_VERSION_STRING], line[200];
  MPI_Init(&count, &words);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Get_library_version(version, &length);
  MPI_Allreduce(&one, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  int end = snprintf(line, sizeof line, "%d/%d sum=%d glibc %s, %.24s\n", rank, size, total, gnu_get_libc_version(), version);
  fwrite(line, 1, end, stdout);
  MPI_Finalize();
}
`;

/** The host's MPICH 4.0.2 hangs at its end now and then, also without a container, where it uses TCP between endpoints. */
const settings = 'export UCX_TLS=posix,sysv,self MPICH_DIR=$CT_MPICH';
const base = 'version: "1"\nimage: { file: debian11.sif, mode: central }\n';

describe('an image that is older than the host', () => {
  const slurm = useSlurm();
  let sandbox: Sandbox;
  const inside = (): Record<string, string> => ({ ...slurm, CTINSTALL_IMAGE_DIRS: machine.images });
  beforeAll(async () => {
    sandbox = makeSandbox(() => undefined);
    sandbox.write('plain-1.yaml', `name: plain\n${base}mpi: { replace: auto }\n`);
    sandbox.write('over-1.yaml', `name: over\n${base}mpi: { replace: mpi, glibc: overlay }\n`);
    sandbox.write('who.c', program);
    await sandbox.succeed(
      `${settings}; ctinstall plain-1.yaml over-1.yaml; singularity exec $CT_IMAGES/debian11.sif mpicc who.c -o who`,
      inside(),
    );
  });
  afterAll(() => rmSync(sandbox.dir, { recursive: true, force: true }));
  const ranks = async (module: string): Promise<string[]> =>
    (
      await sandbox.succeed(
        `${settings}; module load ${module}; timeout 60 srun -K1 --mpi=pmi2 -N2 -n4 --ntasks-per-node=2 singularity exec $SIF ./who`,
        inside(),
      )
    )
      .split('\n')
      .filter((line) => line.includes('sum='))
      .toSorted();

  test("the host's MPI is refused, with what would help; the container's own runs, 4 ranks on 2 nodes", async () => {
    const refused = await sandbox.run(`${settings}; ctinstall --mpi mpi --rebuild plain-1.yaml`, inside());
    expect(refused.status).toBe(1);
    expect(refused.stderr.replace(/\s+/g, ' ')).toMatch(
      /needs glibc 2\.3\d, and the image has 2\.3\d.*`glibc: overlay`.*`libfabric` or `none`/,
    );
    const said = await ranks('plain/1');
    for (const [index, line] of said.entries())
      expect(line).toMatch(new RegExp(`^${index}/4 sum=4 glibc 2\\.31, MPICH Version:\\s+3\\.4`));
    expect(said).toHaveLength(4);
  });

  test("with the host's glibc over the image's: 4 ranks on 2 nodes, and all other programs run too", async () => {
    const said = await ranks('over/1');
    for (const [index, line] of said.entries())
      expect(line).toMatch(new RegExp(`^${index}/4 sum=4 glibc 2\\.36, MPICH Version:\\s+4\\.0\\.2`));
    expect(said).toHaveLength(4);
    const others = await sandbox.succeed(
      `module load over/1; singularity exec $SIF env -i /bin/bash -c '/usr/bin/sort --version | head -n 1; /bin/ls -d /etc'
gcc -o own -x c - <<<'int main(void) { return 7; }'; singularity exec $SIF ./own || echo "status $?"`,
      inside(),
    );
    expect(others).toMatch(/^sort \(GNU coreutils\) 8\.32\n\/etc\nstatus 7\n$/);
  });

  test('mpi test: a program that the image compiles, with either MPI', async () => {
    const said = (
      await sandbox.succeed(
        `mkdir here; cd here; ${settings}; ctinstall mpi test over -N 2; [ -z "$(ls -A)" ]`,
        inside(),
      )
    ).replaceAll('\n#     ', ' ');
    expect(said).toMatch(/^# container's MPI: MPICH Version: 3\.4\S*, \/usr\/lib\S* \(by a program in C\)/m);
    expect(said).toMatch(/^# host's MPI \(mpi\): MPICH Version: 4\.0\.2, \/host-mpi\/root\//m);
    expect(said).toMatch(/^# {3}2 ranks: 1 on n1, 1 on n2; loaded for the network: .*libuct/m);
    expect(said.match(/^4194304 +[\d.]+ +[\d.]+ +[\d.]+$/gm)).toHaveLength(2);
  });
});
