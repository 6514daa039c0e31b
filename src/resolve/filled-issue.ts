import { formatValue } from '../lib/format.ts';
import type { ResolveIssue } from './types.ts';

/** A value that broke a rule only when its templates were replaced. */
export function filledIssue(
  path: readonly PropertyKey[],
  value: string,
  describeBad: (value: string) => string | undefined,
): ResolveIssue[] {
  const bad = describeBad(value);
  return bad === undefined
    ? []
    : [
        {
          path,
          message: `\`${path.join('.')}\`: with its templates replaced, \`${formatValue(value)}\` ${bad}`,
          hint: undefined,
        },
      ];
}
