import { describe, expect, it } from 'vitest';
import { CtinstallError, exitStatusOf } from '../../src/lib/errors.ts';
import { describeBug, describeError } from '../../src/report/describe-error.ts';

describe('describeError', () => {
  it('says what, why and what to do', () => {
    const error = new CtinstallError('image-not-found', 'no image for `mpi4py-3.1.6.yaml`', {
      details: ['  Caused by: `x.sif` is in none of: `/appl`, `.`', 'command: a b', '| last line'],
      hint: 'set `image_dirs` in the settings, or pass `--image-dir <dir>`',
    });
    expect(describeError(error).join('\n')).toMatchInlineSnapshot(`
      "error: no image for \`mpi4py-3.1.6.yaml\`
        Caused by: \`x.sif\` is in none of: \`/appl\`, \`.\`
        command: a b
        | last line

      hint: set \`image_dirs\` in the settings, or pass \`--image-dir <dir>\`"
    `);
  });

  it('leaves out what there is not', () => {
    expect(describeError(new CtinstallError('locked', 'busy'))).toEqual(['error: busy']);
  });
});

describe('describeBug', () => {
  it('shows the stack of an error, and anything else that was thrown', () => {
    const text = describeBug(new TypeError('x is not a function'));
    expect(text).toMatch(/^error: this is a bug in ctinstall, please report it/);
    expect(text).toContain('TypeError: x is not a function\n    at ');
    expect(describeBug('a string')).toContain('\na string\n');
    expect(describeBug(undefined)).toContain('\nundefined\n');
  });
});

describe('exit statuses', () => {
  it('are those of the style: 1 failed, 2 wrong usage, 130 interrupted', () => {
    for (const [code, status] of Object.entries(exitStatusOf)) {
      const isUsers =
        /^(usage|settings|easyconfig|stack|fuzzfile|workflow-not-found|conda-invalid|definition-invalid|module-not-named)/.test(
          code,
        );
      expect([code, status]).toEqual([code, code === 'interrupted' ? 130 : isUsers ? 2 : 1]);
    }
  });
});
