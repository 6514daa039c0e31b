import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { hostPath } from '../../../src/lib/paths.ts';
import { definePackages } from '../../../src/operations/build/definition/packages.ts';

const base = hostPath('/images/x.sif');

it('packages become a %post for what the image has', () => {
  const [stage] = definePackages(base, ['mesa,libglvnd', 'g++=4:12']).stages;
  expect(stage?.base).toMatchObject({ bootstrap: 'localimage', from: '/images/x.sif' });
  const post = stage?.scripts.post?.text ?? '';
  execFileSync('sh', ['-n', '-c', post]);
  expect(post).toContain('set -- mesa libglvnd g++=4:12\n');
});

it.each([
  [base, ''],
  [base, 'a b'],
  [base, '-y'],
  [base, 'a;b'],
  [hostPath('/images/a#b.sif'), 'a'],
])('%s with %j is refused', (image, packages) => {
  expect(() => definePackages(image, [packages])).toThrow();
});
