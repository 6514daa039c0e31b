import * as z from 'zod';
import { describedSchema } from '../../easyconfig/reference.ts';
import { fuzzfileSchema } from '../../formats/fuzzfile/schema.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { didYouMean } from '../../lib/near.ts';
import type { CommandContext } from '../command-context.ts';
import { jsonSchemaOf } from '../json/schema-of.ts';

export interface SchemaFlags {
  /** `easyconfig` or `fuzzfile`. */
  readonly form?: string | undefined;
  /** The command whose output is meant. */
  readonly jsonOutput?: string;
}

/**
 * Prints the JSON Schema of an easyconfig or a Fuzzfile, from the same definition that the checks use; or of what a command
 * prints.
 */
export function schema({ form = 'easyconfig', jsonOutput }: SchemaFlags, context: CommandContext): void {
  const found = jsonOutput === undefined ? schemaOf(form) : jsonSchemaOf(jsonOutput);
  context.print(JSON.stringify(found, undefined, 2));
}

function schemaOf(form: string): object {
  if (form === 'easyconfig') return describedSchema();
  if (form === 'fuzzfile') return { title: 'Fuzzfile', ...z.toJSONSchema(fuzzfileSchema) };
  throw new CtinstallError('usage', `there is no schema of \`${formatValue(form)}\``, {
    hint: didYouMean(form, ['easyconfig', 'fuzzfile']) ?? 'there are those of `easyconfig` and `fuzzfile`',
  });
}
