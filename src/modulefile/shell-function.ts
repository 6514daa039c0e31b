import { describeBadAlias } from '../easyconfig/shell-rules.ts';

/**
 * The text of a function as one word that is evaluated when it is called. Modules tools write a body between braces as it
 * stands, so that a text with a brace of its own would be run as soon as the module is loaded.
 */
export function functionBody(text: string): string {
  return `eval '${text.replaceAll("'", "'\\''")}'`;
}

/** What csh makes of a function, where it can be said in its words: Lmod writes `$*` as csh has it. Else nothing. */
export function cshFunction(text: string): string {
  const alias = text.replaceAll('"$@"', '$*');
  return describeBadAlias(alias) === undefined ? alias : '';
}
