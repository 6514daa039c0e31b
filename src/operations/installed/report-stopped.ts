import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import type { Prefix } from '../../lib/paths.ts';
import { findStopped, type Stopped } from '../../transaction/find-stopped.ts';
import type { Context } from '../context.ts';

/** Says in a line which runs were stopped before they were done. */
export async function reportStopped(
  prefixes: readonly Prefix[],
  { reporter }: Pick<Context, 'reporter'>,
): Promise<void> {
  const all: Stopped[] = [];
  for (const prefix of prefixes)
    try {
      all.push(...(await findStopped(prefix)));
    } catch (error) {
      // The notes of another project are for its members.
      if (!(error instanceof CtinstallError)) throw error;
    }
  const certain = all.filter(({ mayBeHeldBy }) => mayBeHeldBy === undefined).map(({ install }) => formatLine(install));
  if (certain.length > 0)
    reporter.report({
      event: 'warning',
      message: `a run on ${certain.join(', ')} was stopped before it was done: \`ctinstall clean\` clears up, and so does the next run on it`,
    });
  for (const { install, mayBeHeldBy } of all)
    if (mayBeHeldBy !== undefined)
      reporter.report({
        event: 'note',
        message: `${formatLine(install)}: ${formatLine(mayBeHeldBy)} is at work on it, or was stopped: that cannot be known from here`,
      });
}
