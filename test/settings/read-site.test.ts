import { describe, expect, it } from 'vitest';
import { detectSite } from '../../src/settings/read-site.ts';

const here = '/proc/self';
const detect = (sites: Parameters<typeof detectSite>[0], environment = {}, hostname = 'login1.example.org') =>
  detectSite(sites, { environment, hostname });

describe('detectSite', () => {
  it('finds the site of which any condition holds, and says which', async () => {
    const sites = [
      { name: 'a', detect: [{ file: '/no/such' }] },
      { name: 'b', detect: [{ variable: 'NO_SUCH' }, { file: here }] },
      { name: 'c', detect: [] },
    ];
    expect(await detect(sites)).toEqual({ kind: 'found', value: 'b', how: `\`${here}\`` });
  });

  it('wants all that a condition names', async () => {
    const sites = [{ name: 'a', detect: [{ file: here, variable: 'CLUSTER=a', hostname: 'login*' }] }];
    expect(await detect(sites, { CLUSTER: 'a' })).toEqual({
      kind: 'found',
      value: 'a',
      how: `the variable \`CLUSTER=a\` and the host name \`login*\` and \`${here}\``,
    });
    expect(await detect(sites, { CLUSTER: 'b' })).toEqual({
      kind: 'missing',
      tried: ['`a`, which has the variable `CLUSTER=a`'],
    });
  });

  it.each([
    ['login1', true],
    ['LOGIN*', true],
    ['login1.example.org', true],
    ['*.example.org', true],
    ['l*1', true],
    ['login', false],
    ['ogin*', false],
    ['login1.example', false],
    ['login1xexample.org', false],
    ['.*', false],
  ])('compares the host name with %s', async (hostname, fits) => {
    expect((await detect([{ name: 'a', detect: [{ hostname }] }])).kind).toBe(fits ? 'found' : 'missing');
  });

  it.each([
    ['A', { A: 'x' }, true],
    ['A', { A: '' }, false],
    ['A', {}, false],
    ['A=x', { A: 'x' }, true],
    ['A=x', { A: 'xy' }, false],
    ['A=x=y', { A: 'x=y' }, true],
    ['A=', { A: '' }, true],
  ])('looks for the variable %s in %j', async (variable, environment, fits) => {
    const found = await detect([{ name: 'a', detect: [{ variable }] }], environment);
    expect(found.kind).toBe(fits ? 'found' : 'missing');
  });

  it('names all that fit', async () => {
    const sites = ['a', 'b'].map((name) => ({ name, detect: [{ file: here }] }));
    expect(await detect(sites)).toEqual({
      kind: 'ambiguous',
      candidates: [
        { value: 'a', how: `\`${here}\`` },
        { value: 'b', how: `\`${here}\`` },
      ],
    });
  });
});
