import { createTwoFilesPatch } from 'diff';
import type { Change } from '../../operations/regenerate/types.ts';
import type { CommandContext } from '../command-context.ts';

/** Prints the changes of all modules at once: JSON is one document. */
export function printChanges(changes: readonly Change[], context: CommandContext): void {
  if (context.isJson) {
    const rows = changes.map(({ path, before, after }) => ({ path, before: before ?? null, after: after ?? null }));
    context.print(JSON.stringify(rows, undefined, 2));
  } else for (const change of changes) context.print(describeChange(change));
}

/** As `diff -u` shows it. */
function describeChange({ path, before, after }: Change): string {
  const [from, to] = [before === undefined ? '/dev/null' : path, after === undefined ? '/dev/null' : path];
  return createTwoFilesPatch(from, to, before ?? '', after ?? '', 'as it is', 'as it would be').trimEnd();
}
