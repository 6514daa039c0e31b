import * as z from 'zod';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import { documents, events, eventsOf } from './outputs.ts';

/** What can be asked for: each as the command is called. */
export const outputNames: readonly string[] = [...Object.keys(documents), ...Object.keys(eventsOf)].sort();

/**
 * The JSON Schema of what a command prints with `--json`: of its one document, or of each line where it prints events. Further
 * fields may come with later versions, so the schema allows them.
 * @throws CtinstallError `usage` where there is no such output
 */
export function jsonSchemaOf(output: string): object {
  const named = output.trim().replaceAll(/\s+/g, ' ');
  const schema = schemaOf(named);
  if (schema === undefined)
    throw new CtinstallError('usage', `there is no schema for \`${formatValue(output)}\``, {
      hint: didYouMean(named, outputNames) ?? `there are: ${outputNames.join(', ')}`,
    });
  return { title: `ctinstall ${named} --json`, ...z.toJSONSchema(schema, { io: 'input' }) };
}

/** The schema of a document, or of any line of events. */
export function schemaOf(output: string): z.ZodType | undefined {
  const document = new Map<string, z.ZodType>(Object.entries(documents)).get(output);
  if (document !== undefined) return document;
  if (!Object.hasOwn(eventsOf, output)) return undefined;
  const lines = [...(eventsOf[output] ?? []), 'error' as const];
  return z.union(lines.map((name): z.ZodType => events[name]));
}
