import { describe, expect, it } from 'vitest';
import { describeBadContainerVariable, describeBadModuleVariable } from '../../src/easyconfig/variable-names.ts';

describe('variables that a recipe sets for the shell of the user', () => {
  it.each([
    ...['PATH', 'IFS', 'SIF', 'EBROOTX', 'APPTAINER_BIND', 'SINGULARITYENV_X'],
    ...['BASH_ENV', 'BASH_FUNC_ls', 'PS4', 'LUA_INIT', 'LUA_INIT_5_3', 'LMOD_RC', '__LMOD_X', 'MODULEPATH'],
    ...['LD_PRELOAD', 'LD_AUDIT', 'GCONV_PATH', 'CTINSTALL_RUNTIME', 'CTINSTALL_SITE_SETTINGS', 'APPTAINER_CONFIGDIR'],
    ...['PYTHONSTARTUP', 'PERL5OPT', 'NODE_OPTIONS', 'GIT_SSH_COMMAND', 'MANPAGER', 'LESSOPEN', 'SLURM_TASK_PROLOG'],
  ])('%s is none of them', (name) => {
    expect(describeBadModuleVariable(name)).toMatch(/is not for an easyconfig to set/);
  });

  it.each([
    ...['NCCL_SOCKET_IFNAME', 'MPICH_GPU_SUPPORT_ENABLED', 'OMP_NUM_THREADS', 'SLURM_MPI_TYPE', 'OMPI_MCA_btl'],
    ...['SINGULARITY_NV', 'CUDA_VISIBLE_DEVICES', 'PYTHONUNBUFFERED', 'constructor', 'ENVIRONMENT', 'PS', 'LDX'],
  ])('%s may be one', (name) => {
    expect(describeBadModuleVariable(name)).toBeUndefined();
  });
});

it('inside the container a recipe may set what the module and the runtime do not', () => {
  for (const name of ['LD_LIBRARY_PATH', 'PYTHONPATH', 'BASH_ENV'])
    expect(describeBadContainerVariable(name)).toBeUndefined();
  for (const name of ['PATH', 'PREPEND_PATH', 'APPTAINER_X'])
    expect(describeBadContainerVariable(name)).toBe('is set by the module or the runtime');
});
