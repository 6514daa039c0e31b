import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findUnknownTemplates, replaceTemplates } from '../../src/easyconfig/templates.ts';

const values = {
  name: 'mpi4py',
  version: '3.1.6',
  versionsuffix: '-rocm-6.2.0',
  installdir: '/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0',
};

describe('replaceTemplates', () => {
  it('knows all four', () => {
    expect(replaceTemplates('%(name)s|%(version)s|%(versionsuffix)s|%(installdir)s', values)).toBe(
      `mpi4py|3.1.6|-rocm-6.2.0|${values.installdir}`,
    );
  });

  it('makes one percent sign of two, and reads none of them again', () => {
    expect(replaceTemplates('100%% %%(name)s %%%(name)s %%%%', values)).toBe('100% %(name)s %mpi4py %%');
  });

  it('leaves what is no template', () => {
    const text = '% %( %(name) %(name)d %name% %(na(me)s $1 $& 50%';
    expect(replaceTemplates(text, values)).toBe(text);
    expect(findUnknownTemplates(text)).toEqual([]);
  });

  it('never looks through a value again', () => {
    const tricky = { ...values, name: '%(version)s%%$&$1', version: '%(name)s' };
    expect(replaceTemplates('%(name)s %(version)s', tricky)).toBe('%(version)s%%$&$1 %(name)s');
  });

  it('finds each template that does not exist', () => {
    expect(findUnknownTemplates('%(name)s %(nme)s %%(x)s %()s %(Name)s %(constructor)s')).toEqual([
      'nme',
      '',
      'Name',
      'constructor',
    ]);
  });

  it('gives back any text whose percent signs are doubled', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('%', '(', ')', 's', 'name', '\n', 'é') }), (text) => {
        const escaped = text.replaceAll('%', '%%');
        expect(findUnknownTemplates(escaped)).toEqual([]);
        expect(replaceTemplates(escaped, values)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});
