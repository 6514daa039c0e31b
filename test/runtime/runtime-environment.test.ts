import { expect, it } from 'vitest';
import { bothNames, runtimeEnvironment, runtimeVariable } from '../../src/runtime/runtime-environment.ts';

it('runtimeEnvironment keeps what is not the runtime’s, and what is named', () => {
  const environment = {
    PATH: '/bin',
    https_proxy: 'http://proxy.example',
    SINGULARITY_TMPDIR: '/a',
    APPTAINER_TMPDIR: '/b',
    SINGULARITYENV_TMPDIR: '/c',
    APPTAINERENV_X: '1',
    SINGULARITY_BIND: '/d',
    MY_SINGULARITY_BIND: '/e',
    SINGULARITY: '/f',
    GONE: undefined,
  };
  expect(runtimeEnvironment(environment, ['TMPDIR'])).toEqual({
    PATH: '/bin',
    https_proxy: 'http://proxy.example',
    SINGULARITY_TMPDIR: '/a',
    APPTAINER_TMPDIR: '/b',
    MY_SINGULARITY_BIND: '/e',
    SINGULARITY: '/f',
  });
});

it('runtimeVariable knows both names, and takes an empty value for none', () => {
  expect(runtimeVariable({ APPTAINER_TMPDIR: '', SINGULARITY_TMPDIR: '/a' }, 'TMPDIR')).toBe('/a');
  expect(runtimeVariable({ APPTAINER_TMPDIR: '/b', SINGULARITY_TMPDIR: '/a' }, 'TMPDIR')).toBe('/b');
  expect(runtimeVariable({ APPTAINER_TMPDIR: '' }, 'TMPDIR')).toBeUndefined();
  expect(bothNames('TMPDIR', '/a')).toEqual({ APPTAINER_TMPDIR: '/a', SINGULARITY_TMPDIR: '/a' });
});
