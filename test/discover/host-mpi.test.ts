import { describe, expect, it } from 'vitest';
import { checkHostMpi, parseMpiVersion } from '../../src/discover/host-mpi.ts';
import { machine as testbed } from '../harness/sandbox.ts';
import { makeMachine, thisMachine } from './fake-machine.ts';

describe('the MPI of this machine', () => {
  it('is Open MPI, which the test bed has', async () => {
    const finding = await checkHostMpi({ ...thisMachine(), environment: { PATH: testbed.path } });
    expect(finding.value).toContain('Open MPI');
  });
});

describe('the host MPI', () => {
  it('is missing', async () => {
    expect(await checkHostMpi(makeMachine())).toMatchObject({
      state: 'missing',
      tried: ['`mpicc` on PATH', '`mpirun` on PATH', '`libmpi.so` in the usual places'],
    });
  });

  it('is found through the variables of a module', async () => {
    const machine = makeMachine();
    const library = machine.write('cray/lib/libmpi.so.12');
    const environment = { ...machine.environment, MPICH_DIR: `${machine.dir}/cray` };
    const finding = await checkHostMpi({ ...machine, environment });
    expect(finding).toMatchObject({ state: 'found', value: 'MPICH ABI' });
    expect(finding.tried).toContain(`\`${library}\``);
  });

  it('is ambiguous where two families are there', async () => {
    const machine = makeMachine();
    machine.write('usr/lib64/libmpi.so.40');
    machine.write('a/libmpi.so.12');
    const environment = { ...machine.environment, LD_LIBRARY_PATH: `relative:${machine.dir}/a` };
    expect(await checkHostMpi({ ...machine, environment })).toMatchObject({
      state: 'ambiguous',
      value: 'MPICH ABI and Open MPI',
    });
  });

  it('is compared with what the settings say', async () => {
    const machine = makeMachine();
    machine.write('usr/lib64/libmpi.so.40');
    const wanted = (family: 'mpich' | 'openmpi') => ({ family, origin: 'site preset x' });
    expect(await checkHostMpi(machine, wanted('openmpi'))).toMatchObject({
      state: 'found',
      value: 'Open MPI',
      tried: expect.arrayContaining(['`host_mpi: openmpi` (site preset x)']),
    });
    expect(await checkHostMpi(machine, wanted('mpich'))).toMatchObject({
      state: 'unusable',
      value: 'Open MPI, but the settings say `host_mpi: mpich` (site preset x)',
      hint: expect.stringContaining('fix `host_mpi`'),
      stopsInstalls: false,
    });
    // Of two the settings say which one is meant; where none is there, which one is missing.
    machine.write('a/libmpi.so.12');
    const environment = { ...machine.environment, LD_LIBRARY_PATH: `${machine.dir}/a` };
    expect(await checkHostMpi({ ...machine, environment }, wanted('mpich'))).toMatchObject({
      state: 'found',
      value: 'MPICH ABI, and Open MPI',
    });
    expect(await checkHostMpi(makeMachine(), wanted('mpich'))).toMatchObject({
      state: 'missing',
      value: 'none is in this session; the settings say `host_mpi: mpich` (site preset x)',
    });
  });

  it('knows the family by the launcher alone', async () => {
    const machine = makeMachine();
    machine.program('mpirun', 'echo "HYDRA build details:"; echo "    Version:   4.0.2"');
    const wanted = { family: 'openmpi', origin: 'CTINSTALL_HOST_MPI' } as const;
    expect(await checkHostMpi(machine, wanted)).toMatchObject({
      state: 'unusable',
      value: 'MPICH 4.0.2, but the settings say `host_mpi: openmpi` (CTINSTALL_HOST_MPI)',
    });
  });

  it('says its version in its own way', () => {
    expect(parseMpiVersion('mpirun (Open MPI) 4.1.4\n\nReport bugs to')).toBe('Open MPI 4.1.4');
    expect(parseMpiVersion('HYDRA build details:\n    Version:                                 4.0.2\n')).toBe(
      'MPICH 4.0.2',
    );
    expect(parseMpiVersion('Intel(R) MPI Library for Linux* OS, Version 2021.5 Build 2021')).toBe('Intel MPI 2021.5');
    expect(parseMpiVersion('srun: unknown')).toBeUndefined();
  });
});
