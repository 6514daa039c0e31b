import { createTwoFilesPatch } from 'diff';
import type { Change } from '../../operations/regenerate/types.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';
import { summarizeChanges } from './summarize-changes.ts';

/** Prints the changes of all modules at once: JSON is one document. */
export function printChanges(changes: readonly Change[], context: CommandContext): void {
  if (context.isJson) {
    const rows = changes.map(({ path, before, after }) => ({ path, before: before ?? null, after: after ?? null }));
    printDocument('regenerate', rows, context);
  } else if (context.isTrace) for (const change of changes) context.print(describeChange(change));
  else for (const line of summarizeChanges(changes)) context.print(line);
}

/** As `diff -u` shows it. */
function describeChange({ path, before, after }: Change): string {
  const [from, to] = [before === undefined ? '/dev/null' : path, after === undefined ? '/dev/null' : path];
  return createTwoFilesPatch(from, to, before ?? '', after ?? '', 'as it is', 'as it would be').trimEnd();
}
