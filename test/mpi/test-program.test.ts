import { describe, expect, it } from 'vitest';
import { chooseTestProgram } from '../../src/mpi/test-program.ts';
import type { ImageLibrary } from '../../src/mpi/types.ts';
import { elf, image } from './facts.ts';

const user = (path: string): ImageLibrary => ({ name: path, path, file: path, elf: elf() });
const mpi4py = '/lib/python3.12/site-packages/mpi4py/MPI.cpython-312-x86_64-linux-gnu.so';
const osu = ['/opt/osu/bin/osu_bw', '/opt/osu/bin/osu_latency'].map(user);
const programs = ['/opt/conda/bin/python3', '/usr/bin/mpicc', '/usr/bin/python3'];

describe('what measures in an image', () => {
  it('Python with mpi4py, that of the environment that has it', () => {
    const inside = image('libmpi.so.40', { programs, users: [user(`/opt/conda${mpi4py}`), ...osu] });
    expect(chooseTestProgram(inside, 2)).toEqual({ kind: 'python', python: '/opt/conda/bin/python3' });
  });

  it("OSU's programs, where two ranks are asked for", () => {
    const inside = image('libmpi.so.40', { programs, users: osu });
    expect(chooseTestProgram(inside, 2)).toEqual({
      kind: 'osu',
      latency: '/opt/osu/bin/osu_latency',
      bandwidth: '/opt/osu/bin/osu_bw',
    });
    expect(chooseTestProgram(inside, 4)).toEqual({ kind: 'c', compiler: '/usr/bin/mpicc' });
  });

  it('Python with the library itself, whose numbers the MPICH ABI tells; else a compiler; else nothing', () => {
    expect(chooseTestProgram(image('libmpi.so.12', { programs }), 2)).toEqual({ kind: 'python', python: 'python3' });
    const compiler = ['/usr/bin/python3', '/usr/bin/mpicc.mpich'];
    expect(chooseTestProgram(image('libmpi.so.40', { programs: compiler }), 2)).toMatchObject({
      compiler: '/usr/bin/mpicc.mpich',
    });
    expect(chooseTestProgram(image('libmpi.so.12'), 2)).toBeUndefined();
  });
});
