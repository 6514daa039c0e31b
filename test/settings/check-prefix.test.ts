import { describe, expect, it } from 'vitest';
import { CtinstallError } from '../../src/lib/errors.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { checkPrefix } from '../../src/settings/check-prefix.ts';
import { foldSettings } from '../../src/settings/fold.ts';

function check(prefix: string): void {
  const layer = { origin: '--prefix', base: hostPath('/'), isExpanded: true, values: { prefix } };
  checkPrefix(foldSettings([layer], {}));
}

describe('checkPrefix', () => {
  it.each([
    ['/scratch/a:b', 'holds `:`'],
    ['/scratch/a,b', 'holds `,`'],
    ['/scratch/a"b', 'holds `"`'],
    ['/scratch/a\\b', 'holds `\\`'],
    ['/scratch/a\nb', 'holds a newline'],
    ['/scratch/é', 'holds letters beyond ASCII'],
  ])('refuses %j, and says where it was set', (prefix, says) => {
    expect(() => check(prefix)).toThrow(CtinstallError);
    expect(() => check(prefix)).toThrow(says);
    expect(() => check(prefix)).toThrow('(--prefix)');
  });

  it('takes blanks, quotes and dollars', () => {
    expect(() => check("/my scratch/it's $HOME `x`")).not.toThrow();
  });
});
