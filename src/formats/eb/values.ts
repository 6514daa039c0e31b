/** What an expression of an EasyBuild recipe is worth. `line`: where it begins in the recipe, counted from 1. */
export type Value =
  | Text
  /** `isWhole`: Python's `int`, which is written without a point. */
  | { readonly kind: 'number'; readonly value: number; readonly isWhole: boolean; readonly line: number }
  | { readonly kind: 'truth'; readonly value: boolean; readonly line: number }
  | { readonly kind: 'none'; readonly line: number }
  | List
  | Dict
  /** A constant of EasyBuild's that is no text: `SYSTEM`. */
  | { readonly kind: 'constant'; readonly name: string; readonly line: number };

export interface Text {
  readonly kind: 'text';
  readonly text: string;
  readonly line: number;
  /** Whether it stands in the recipe as it is: then line n of it is line `line` + n of the recipe. */
  readonly isWritten: boolean;
}

/** A list or a tuple. */
export interface List {
  readonly kind: 'list';
  readonly isTuple?: boolean;
  readonly items: readonly Value[];
  readonly line: number;
}

export interface Dict {
  readonly kind: 'dict';
  readonly entries: readonly { readonly key: string; readonly value: Value; readonly line: number }[];
  readonly line: number;
}

/** Something in a recipe that is not understood. */
export class RecipeFault extends Error {
  readonly line: number;
  /** What to do, where it is not to write that part as plain text. */
  readonly hint: string | undefined;

  constructor(line: number, message: string, hint?: string) {
    super(message);
    this.name = 'RecipeFault';
    this.line = line;
    this.hint = hint;
  }
}

/** No text of a recipe is longer, in characters. */
export const mostText = 2 ** 20;

export function text(value: string, line: number, isWritten = false): Text {
  if (value.length > mostText) throw new RecipeFault(line, 'makes a text of more than 1 MiB');
  return { kind: 'text', text: value, line, isWritten };
}

/** For messages: what kind of value it is. */
export function describeKind({ kind }: Value): string {
  return (
    { text: 'text', number: 'a number', truth: 'True or False', none: 'None', list: 'a list' }[kind as 'text'] ??
    `a ${kind}`
  );
}
