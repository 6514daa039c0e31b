import { describeBadBindPath } from '../easyconfig/rules.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import type { Settings } from './types.ts';

/**
 * The prefix must be a path that a bind can hold, since the install dir is one side of binds; and of plain ASCII: Lmod
 * garbles other letters in its table of loaded modules, which can then not be unloaded any more.
 * @throws CtinstallError `settings-invalid`, with where the prefix was set
 */
export function checkPrefix({ prefix, origins }: Settings): void {
  const isBeyondAscii = /[^ -~]/.test(prefix);
  const bad =
    describeBadBindPath(prefix) ??
    (isBeyondAscii ? 'holds letters beyond ASCII, which Lmod cannot keep track of' : undefined);
  if (bad === undefined) return;
  throw new CtinstallError(
    'settings-invalid',
    `the prefix \`${formatValue(prefix)}\` (${origins.prefix.join(', ')}) ${bad}`,
    {
      hint: 'choose another with `--prefix <dir>`',
    },
  );
}
