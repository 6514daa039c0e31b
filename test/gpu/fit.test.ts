import { describe, expect, it } from 'vitest';
import { driversForRocm, isInRange, leastDriverForCuda, rocmOfDriver } from '../../src/gpu/drivers.ts';
import { describeMisfits, needsOf } from '../../src/gpu/fit.ts';
import { parseGpuFile, renderGpuFile } from '../../src/gpu/gpu-file.ts';

describe('drivers', () => {
  it.each([
    ['7.5', undefined],
    ['8.0.61', '375.26'],
    ['10.2.89', '440.33'],
    ['11.0.3', '450.36.06'],
    ['11.8.0', '450.80.02'],
    ['12.0', '525.60.13'],
    ['12.9.1', '525.60.13'],
    ['13.4', '580.65.06'],
  ])('CUDA %s needs %s', (cuda, driver) => {
    expect(leastDriverForCuda(cuda)).toBe(driver);
  });

  it.each([
    ['6.2.4', '6.3.6', '6.14.14'],
    ['5.0.2', undefined, '5.18.2'],
    ['7.1', '6.12.12', undefined],
  ])('ROCm %s: from %s to before %s', (rocm, least, below) => {
    expect(driversForRocm(rocm)).toEqual({ least, below });
  });

  it('says nothing of a ROCm that is in no table', () => {
    expect(driversForRocm('4.5.2')).toBeUndefined();
    expect(driversForRocm('6.20')).toBeUndefined();
    expect(describeMisfits({ rocm: '9.9' }, { amd: { driver: '1.0' } })).toEqual([]);
  });

  it('of AMD are named by their ROCm', () => {
    expect([rocmOfDriver('6.7.8'), rocmOfDriver('6.8.5'), rocmOfDriver('4.0')]).toEqual(['6.1', '6.2', undefined]);
  });

  it('are in a range by their numbers', () => {
    const range = { least: '525.60.13', below: '1000' };
    expect(['525.60.9', '525.60.13', '525.60.103', '999', '1000'].map((driver) => isInRange(driver, range))).toEqual([
      ...[false, true, true, true, false],
    ]);
  });
});

describe('what stands against an image', () => {
  const [amd, nvidia] = [{ amd: { driver: '6.3.6' } }, { nvidia: { driver: '470.82.01' } }];

  it.each([
    ['nothing where the node has no GPU', { cuda: '12.4' }, {}, []],
    ['nothing where the image has nothing', {}, { ...amd, ...nvidia }, []],
    ['an old driver', { cuda: '12.4' }, nvidia, ['needs NVIDIA']],
    ['no version of a driver', { rocm: '6.2' }, { amd: { driver: undefined } }, []],
    ['two minor versions', { rocm: '6.2.4' }, amd, []],
    ['three', { rocm: '6.3.1' }, amd, ['AMD supports ROCm 6.3.1']],
    ['the other maker', { cuda: '12.4' }, amd, ['CUDA 12.4, for GPUs of NVIDIA']],
    ['the other maker, the other way round', { rocm: '6.2' }, nvidia, ['ROCm 6.2, for GPUs of AMD']],
    ['an image for both makers', { cuda: '12.4', rocm: '6.2' }, amd, []],
    ['a node with both', { cuda: '12.4' }, { ...amd, ...nvidia }, ['needs NVIDIA']],
  ])('%s', (_, image, node, said) => {
    expect(describeMisfits(image, node)).toEqual(said.map((text) => expect.stringContaining(text)));
  });

  it('names the range of AMD, and the libraries for older drivers', () => {
    expect(needsOf({ rocm: '6.2.4' })[0]?.badDriver[0]).toContain(
      'from 6.3.6 (ROCm 6.0) on and before 6.14.14 (ROCm 7.0)',
    );
    const [needs] = needsOf({ cuda: '12.4', hasForwardCompatibility: true });
    expect(needs?.badDriver[1]).toContain('=/usr/local/cuda/compat');
  });
});

it('the file of an install holds what was found, and nothing else', () => {
  const image = { cuda: '12.4.1', hasForwardCompatibility: true, rocm: '6.2' };
  expect(parseGpuFile(renderGpuFile(image))).toEqual(image);
  expect(['{', '[]', '{"cuda": "12\\u001b"}'].map(parseGpuFile)).toEqual([undefined, undefined, undefined]);
});
