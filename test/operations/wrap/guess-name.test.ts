import { expect, it } from 'vitest';
import { hostPath } from '../../../src/lib/paths.ts';
import type { Context } from '../../../src/operations/context.ts';
import { guessName } from '../../../src/operations/wrap/guess-name.ts';

it.each([
  ['/project/prog', { name: 'prog' }],
  ['prog-2.1', { name: 'prog', version: '2.1', versionsuffix: '' }],
  ['/project/prog/2.1-gpu/', { name: 'prog', version: '2.1', versionsuffix: '-gpu' }],
  ['.', { name: 'here', version: '3.0', versionsuffix: '' }],
])('the directory %s names its module', async (path, named) => {
  const context = { cwd: hostPath('/home/user/here-3.0') } as Context;
  expect(await guessName('directory', [path], context)).toEqual(named);
});
