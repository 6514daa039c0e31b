import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machine, makeSandbox, type Sandbox } from '../harness/sandbox.ts';
import { useSlurm } from '../harness/slurm.ts';

const program = String.raw`
#include <mpi.h>
#include <stdio.h>
int main(int count, char **words) {
  int rank, size;
  MPI_Init(&count, &words);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  printf("%d of %d\n", rank, size);
  MPI_Finalize();
  return count - 1;
}
`;

/** MPICH 4.0.2 hangs at its end now and then where it uses TCP between endpoints. */
const settings = 'export UCX_TLS=posix,sysv,self';

interface Trace {
  readonly ranks: object;
  readonly main: string;
  readonly libraries: { path: string; version?: string; buildId?: string; isLate: boolean }[];
  readonly leftOut: { why: string; files: string[] }[];
}

describe('mpi trace', () => {
  const slurm = useSlurm();
  let sandbox: Sandbox;
  const mpich = machine.environment.CT_MPICH ?? '';
  beforeAll(() => {
    sandbox = makeSandbox(() => undefined);
    const source = sandbox.write('hello.c', program);
    const link = [`-I${mpich}/include`, `-L${mpich}/lib`, '-lmpich', `-Wl,-rpath,${mpich}/lib`];
    execFileSync('gcc', [source, '-o', join(sandbox.dir, 'hello'), ...link]);
    sandbox.write('without-strace/strace', '#!/bin/sh\nexit 1\n');
    execFileSync('chmod', ['+x', join(sandbox.dir, 'without-strace/strace')]);
  });
  afterAll(() => rmSync(sandbox.dir, { recursive: true, force: true }));

  const trace = async (more: string, before = ''): Promise<{ said: Trace; stderr: string }> => {
    const ran = await sandbox.run(
      `${settings}; ${before} ctinstall mpi trace --json ${more}; ls -d ctinstall-*`,
      slurm,
    );
    return { said: JSON.parse(ran.stdout) as Trace, stderr: ran.stderr };
  };

  test('two ranks on two nodes: libraries that are linked and that were loaded, with versions; kept, and used', async () => {
    const { said, stderr } = await trace('--save -- srun --mpi=pmi2 -N2 -n2 ./hello');
    expect(stderr).toMatch(/^[01] of 2$/m);
    expect(said.ranks).toEqual({ all: 2, withMpi: 2, nodes: ['n1', 'n2'] });
    expect(said.main).toBe(`${mpich}/lib/libmpich.so.12`);
    const of = (name: RegExp) => said.libraries.find(({ path }) => name.test(path));
    expect(of(/\/libucp\.so\.0$/)).toMatchObject({ isLate: false, version: expect.stringMatching(/^0\.\d/) });
    expect(of(/\/ucx\/libuct_\w+\.so/)).toMatchObject({
      isLate: true,
      buildId: expect.stringMatching(/^[\da-f]{40}$/),
    });
    expect(of(/\/libc\.so\.6$/)).toBeUndefined();
    expect(said.leftOut.map(({ why }) => why)).toContainEqual(expect.stringMatching(/^libc/));
    const kept = JSON.parse(readFileSync(join(sandbox.dir, '.config/ctinstall/mpi.json'), 'utf8')) as object;
    expect(kept).toMatchObject({ trace: { main: said.main, command: 'srun --mpi=pmi2 -N2 -n2 ./hello' } });
    expect(await sandbox.succeed('MPICH_DIR=$CT_MPICH ctinstall mpi', slurm)).toMatch(
      /^found +traced run +\d+ libraries of\s.*libmpich\.so\.12\S*\s+\[srun --mpi=pmi2/m,
    );
  });

  test('without strace the loader says the same of libraries; a failing run is said, with what was seen', async () => {
    const { said, stderr } = await trace('-- srun --mpi=pmi2 -n1 -- ./hello word', 'PATH=$PWD/without-strace:$PATH');
    expect(said.ranks).toEqual({ all: 1, withMpi: 1, nodes: [expect.stringMatching(/^n[12]$/)] });
    expect(said.libraries.filter(({ isLate }) => isLate).length).toBeGreaterThan(2);
    expect(stderr).toMatch(/the traced run ended with exit status 1/);
  });

  test('a run that tells nothing of MPI: said what it was', async () => {
    const cases = [
      ['-- /bin/true', 'no rank loaded an MPI (1 seen)'],
      ['-- srun -n1 nothing-of-that-name', 'is the program?'],
      ['-- ./not-there', 'nothing was seen of'],
    ] as const;
    const { stdout, stderr } = await sandbox.run(
      `${cases.map(([command]) => `ctinstall mpi trace ${command} && echo well; echo == >&2`).join('\n')}; ls -d ctinstall-*`,
      slurm,
    );
    expect(stdout).toBe('');
    const said = stderr.split('==\n');
    for (const [index, [command, message]] of cases.entries())
      expect([command, said[index]]).toEqual([command, expect.stringContaining(message)]);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
