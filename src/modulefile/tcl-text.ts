/*
 * Any text as Tcl source that stands for just that text. Nothing of a value is ever evaluated: it reaches Tcl as one word
 * of a command, in which every character that Tcl would obey is escaped.
 */

/** The commands that a modulefile gives values to: of Tcl, of both modules tools, and procedures of the modulefile. */
export type TclCommand =
  | 'set'
  | 'puts stderr'
  | 'module-whatis'
  | 'extensions'
  | 'conflict'
  | 'family'
  | 'depends-on'
  | 'prepend-path PATH'
  | 'refuse'
  | 'set_restorably'
  | 'set_both'
  | 'add_bind';

/** Tcl source that stands as it is, such as `$image`: never made of a value. */
export interface TclSource {
  readonly source: `$${string}`;
}

/** A command with values as its words. */
export function command(name: TclCommand, ...words: readonly (string | TclSource)[]): string {
  return [name, ...words.map((word) => (typeof word === 'string' ? quoteTcl(word) : word.source))].join(' ');
}

/**
 * Any text as one word of a Tcl command, as Tcl 8.5 and 8.6 read it from a file: plain where it can be, else in double
 * quotes. Braces are escaped too, since a body in braces ends at the first one that is not; control characters, since Tcl
 * changes line ends while it reads and takes U+001A for the end of the file.
 * @throws RangeError for a lone surrogate, which has no UTF-8 form
 */
export function quoteTcl(value: string): string {
  if (!value.isWellFormed()) throw new RangeError('text with a lone surrogate');
  if (/^[A-Za-z0-9_/.+-]+$/.test(value)) return value;
  return `"${value.replace(/["\\$[\]{}]|\p{Cc}/gu, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  // Beyond ASCII everything stays: Tcl reads and writes it in the encoding of the session, whichever that is.
  if (code > 0x7f) return character;
  return code < 0x20 || code === 0x7f ? `\\u${code.toString(16).padStart(4, '0')}` : `\\${character}`;
}

/** One `#` line for each line of the text. Without what would continue it: a backslash at its end. */
export function comment(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => `# ${line.replace(/\p{Cc}/gu, ' ')}`.replace(/\\+$/, '').trimEnd());
}

/**
 * Lmod's reader of Tcl writes what `puts`, `module-whatis` and errors say into a long bracket of Lua, `[===[…]===]`, as it
 * stands: a text that ends the bracket would be run. The same text, which cannot.
 */
export function withinLongBracket(text: string): string {
  return text.replaceAll(']===', '] ===');
}
