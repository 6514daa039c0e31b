import { describe, expect, it } from 'vitest';
import {
  asPrefix,
  containerPath,
  hostPath,
  installDirOf,
  joinHost,
  lockFileOf,
  modulefileOf,
  modulePathOf,
  retiredDirOf,
  stagingDirOf,
} from '../../src/lib/paths.ts';

describe('hostPath', () => {
  it.each([
    ['/a/b', undefined, '/a/b'],
    ['/a//b/./c/../d/', undefined, '/a/b/d'],
    ['x', '/base', '/base/x'],
    ['../x', '/base/dir', '/base/x'],
    ['', '/base/', '/base'],
    ['/', undefined, '/'],
    ['/a b/é', undefined, '/a b/é'],
  ])('%j from %j is %s', (path, base, result) => {
    expect(hostPath(path, base)).toBe(result);
  });
});

describe('containerPath', () => {
  it('normalises, and takes absolute paths only', () => {
    expect(containerPath('//opt//x/./y/')).toBe('/opt/x/y');
    expect(containerPath('/')).toBe('/');
    expect(() => containerPath('opt/x')).toThrow(RangeError);
    expect(() => containerPath('')).toThrow(RangeError);
  });
});

describe('the layout below a prefix', () => {
  it('is the one of the design', () => {
    const prefix = asPrefix(hostPath('/p'));
    const version = '3.1.6-rocm';
    expect(installDirOf(prefix, 'mpi4py', version)).toBe('/p/software/mpi4py/3.1.6-rocm');
    expect(modulePathOf(prefix)).toBe('/p/modules');
    expect(modulefileOf(prefix, `mpi4py/${version}`)).toBe('/p/modules/mpi4py/3.1.6-rocm.lua');
    expect(stagingDirOf(prefix, 'mpi4py', version)).toBe('/p/.ctinstall/staging/mpi4py@3.1.6-rocm');
    expect(retiredDirOf(prefix, 'mpi4py', version)).toBe('/p/.ctinstall/retired/mpi4py@3.1.6-rocm');
    expect(lockFileOf(prefix, 'mpi4py', version)).toBe('/p/.ctinstall/locks/mpi4py@3.1.6-rocm.lock');
    expect(joinHost(prefix, 'a', '..', 'b')).toBe('/p/b');
  });
});
