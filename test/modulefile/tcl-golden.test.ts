import { describe, expect, it } from 'vitest';
import { renderTcl } from '../../src/modulefile/render-tcl.ts';
import { installOf, modulefileOf, shippedInstall } from '../plan/support.ts';
import { modulefileIn } from './tcl-modules.ts';

const everything = modulefileIn({ dir: '/home/user/ct install' }, { deprecated: 'use [tiny]/2.0' });

describe('the modulefile in Tcl', () => {
  it('of the shipped easyconfig', async () => {
    const text = renderTcl(modulefileOf(shippedInstall(), '1.2.3'));
    await expect(text).toMatchFileSnapshot('../golden/mpi4py-3.1.6-rocm-6.2.0.tcl');
  });

  it('with none of the features', async () => {
    await expect(renderTcl(modulefileOf(installOf(''), '1.2.3'))).toMatchFileSnapshot('../golden/least.tcl');
  });

  it('is the same whenever it is rendered', () => {
    const frozen = JSON.stringify(everything);
    expect(renderTcl(everything)).toBe(renderTcl(everything));
    expect(JSON.stringify(everything)).toBe(frozen);
  });
});

describe('what cannot be written safely is refused', () => {
  it.each([
    ['a module name that Lmod’s reader would evaluate', { conflicts: ['x[id]'] }],
    ['a dependency', { dependsOn: ['$x/1'] }],
    ['an extension', { extensions: ['a b'] }],
    ['a family', { container: { ...everything.container, family: 'x;y' } }],
    ['a quote on PATH, which goes to Lua as it stands', { path: ['/a"b'] }],
    ['a backslash on PATH', { path: ['/a\\b'] }],
    ['a newline in a variable', { variables: [{ name: 'X', value: 'a\nb' }] }],
    ['a name of a variable', { variables: [{ name: 'X;Y', value: 'a' }] }],
    ['a NUL', { container: { ...everything.container, variables: [{ name: 'X', value: '\0' }] } }],
  ])('%s', (_, changed) => {
    expect(() => renderTcl({ ...everything, ...changed } as typeof everything)).toThrow(RangeError);
  });
});
