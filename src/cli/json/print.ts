import type * as z from 'zod';
import type { CommandContext } from '../command-context.ts';
import type { documents, events } from './outputs.ts';

type Printing = Pick<CommandContext, 'print'>;

/** What is printed is not changed. Of an object that may have further fields, those that are named count. */
type Printed<Value> = Value extends readonly (infer Item)[]
  ? readonly Printed<Item>[]
  : Value extends object
    ? [Named<Value>] extends [never]
      ? { readonly [Key in keyof Value]: Printed<Value[Key]> }
      : { readonly [Key in keyof Pick<Value, Named<Value>>]: Printed<Value[Key]> }
    : Value;

type Named<Value> = keyof { [Key in keyof Value as string extends Key ? never : Key]: unknown } & keyof Value;

/** Prints the one document of a command. What its schema does not have does not compile. */
export function printDocument<Name extends keyof typeof documents>(
  _command: Name,
  document: Printed<z.input<(typeof documents)[Name]>>,
  { print }: Printing,
): void {
  print(JSON.stringify(document, undefined, 2));
}

/** Prints an event on a line of its own. */
export function printEvent<Name extends keyof typeof events>(
  _event: Name,
  event: Printed<z.input<(typeof events)[Name]>>,
  { print }: Printing,
): void {
  print(JSON.stringify(event));
}
