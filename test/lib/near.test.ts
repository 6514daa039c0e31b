import { describe, expect, it } from 'vitest';
import { didYouMean, nearestWords } from '../../src/lib/near.ts';

describe('nearestWords', () => {
  it('finds what was misspelt, nearest first', () => {
    expect(nearestWords('versoin', ['name', 'version', 'versionsuffix'])).toEqual(['version']);
    expect(nearestWords('slrum', ['filesystems', 'slurm', 'alarm'])).toEqual(['slurm']);
    expect(nearestWords('MPI4PY', ['mpi4py', 'mpi'])).toEqual(['mpi4py', 'mpi']);
  });

  it('takes the begin of a word for the word', () => {
    expect(nearestWords('mpi4py-3.1', ['mpi4py-3.1.6-rocm-6.2.0', 'numpy-1.0'])).toEqual(['mpi4py-3.1.6-rocm-6.2.0']);
  });

  it('prefers the same first letter', () => {
    expect(nearestWords('nmae', ['image', 'name'])).toEqual(['name', 'image']);
  });

  it('gives each word once, and three at most', () => {
    expect(nearestWords('aaa', ['aab', 'aac', 'aab', 'aad', 'aae'])).toEqual(['aab', 'aac', 'aad']);
    expect(nearestWords('aaa', ['aab', 'aac'], 1)).toEqual(['aab']);
  });

  it('finds nothing for what is like nothing', () => {
    expect(nearestWords('pytorch', ['mpi4py', 'gcc'])).toEqual([]);
    expect(nearestWords('', ['a', 'b'])).toEqual([]);
    expect(nearestWords('x', ['', 'abc'])).toEqual([]);
    expect(nearestWords('1', ['a', 'R'])).toEqual([]);
    expect(nearestWords('r', ['a', 'R'])).toEqual(['R']);
  });
});

describe('didYouMean', () => {
  it('asks, or is silent', () => {
    expect(didYouMean('slrm', ['slurm'])).toBe('did you mean `slurm`?');
    expect(didYouMean('aaa', ['aab', 'aac'])).toBe('did you mean `aab` or `aac`?');
    expect(didYouMean('aaa', [])).toBeUndefined();
  });
});
