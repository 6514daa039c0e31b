import { describe, expect, it } from 'vitest';
import { easyconfigCandidates, isPath, resolvePath } from '../../src/easyconfig/candidates.ts';
import { hostPath } from '../../src/lib/paths.ts';

const directory = hostPath('/e');

describe('easyconfigCandidates', () => {
  it('tries the file itself, then EasyBuild’s tree for each split of name and version', () => {
    expect(easyconfigCandidates('PyTorch-bundle-2.6.yaml', directory)).toEqual([
      '/e/PyTorch-bundle-2.6.yaml',
      '/e/p/PyTorch/PyTorch-bundle-2.6.yaml',
      '/e/PyTorch/PyTorch-bundle-2.6.yaml',
      '/e/p/PyTorch-bundle/PyTorch-bundle-2.6.yaml',
      '/e/PyTorch-bundle/PyTorch-bundle-2.6.yaml',
      '/e/p/PyTorch-bundle-2.6/PyTorch-bundle-2.6.yaml',
      '/e/PyTorch-bundle-2.6/PyTorch-bundle-2.6.yaml',
    ]);
  });

  it('adds the ending that was left out', () => {
    expect(easyconfigCandidates('demo-1.0', directory)[0]).toBe('/e/demo-1.0.yaml');
    expect(easyconfigCandidates('demo-1.0.yml', directory)[0]).toBe('/e/demo-1.0.yml');
  });
});

describe('resolvePath', () => {
  it('knows paths by their slash', () => {
    expect(isPath('./a.yaml')).toBe(true);
    expect(isPath('a.yaml')).toBe(false);
  });

  it('starts from the working directory, and knows the home directory', () => {
    const cwd = hostPath('/work');
    expect(resolvePath('sub/../a.yaml', cwd, '/home/u')).toBe('/work/a.yaml');
    expect(resolvePath('~/a.yaml', cwd, '/home/u$&')).toBe('/home/u$&/a.yaml');
    expect(resolvePath('~/a.yaml', cwd, undefined)).toBe('/work/~/a.yaml');
    expect(resolvePath('/x/a.yaml', cwd, '/home/u')).toBe('/x/a.yaml');
  });
});
