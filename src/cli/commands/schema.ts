import * as z from 'zod';
import { easyconfigSchema } from '../../easyconfig/schema.ts';
import type { CommandContext } from '../command-context.ts';

/** Prints the JSON Schema of an easyconfig, from the same definition that the checks use. */
export function schema(context: CommandContext): void {
  context.print(JSON.stringify({ title: 'ctinstall easyconfig', ...z.toJSONSchema(easyconfigSchema) }, undefined, 2));
}
