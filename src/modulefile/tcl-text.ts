/*
 * Any text as Tcl source that stands for just that text. Nothing of a value is ever evaluated: it reaches Tcl as one word
 * of a command, in which every character that Tcl would obey is escaped.
 */

/** The commands that a modulefile gives values to: of Tcl, of both modules tools, and procedures of the modulefile. */
export type TclCommand =
  | 'set'
  | 'say'
  | 'tell_whatis'
  | 'extensions'
  | 'conflict'
  | 'family'
  | 'depends-on'
  | 'prepend-path'
  | 'add_path'
  | 'refuse'
  | 'refuse_value'
  | 'set_variable'
  | 'set_inside'
  | 'extend_inside'
  | 'set_default'
  | 'set_flag'
  | 'set_unless'
  | 'offer'
  | 'need_driver'
  | 'append'
  | 'add_bind'
  | 'in_shell';

/** Tcl source that stands as it is, such as `$image`: never made of a value. */
export interface TclSource {
  readonly source: `$${string}`;
}

/** A command with values as its words. */
export function command(name: TclCommand, ...words: readonly (string | TclSource)[]): string {
  return [name, ...words.map((word) => (typeof word === 'string' ? quoteTcl(word) : word.source))].join(' ');
}

/**
 * Any text as one word of a Tcl command: plain where it can be, else in double quotes. Beyond ASCII it goes through the
 * procedures `native` or `from_bytes`, since it depends on the tool and the locale how Tcl reads the file. Braces are
 * escaped too, for a body in braces ends at the first one that is not; and control characters, since Tcl changes line ends
 * while it reads, and takes U+001A for the end of the file.
 * @throws RangeError for a lone surrogate, which has no UTF-8 form
 */
export function quoteTcl(value: string): string {
  if (!value.isWellFormed()) throw new RangeError('text with a lone surrogate');
  if (/^[A-Za-z0-9_/.+-]+$/.test(value)) return value;
  const quoted = `"${value.replace(/["\\$[\]{}]|\p{Cc}/gu, escapeCharacter)}"`;
  if (/^\p{ASCII}*$/u.test(value)) return quoted;
  // Tcl 8.6 takes a character of four bytes apart where one of the blocks ends in which it reads a file.
  return /[\u{10000}-\u{10ffff}]/u.test(value) ? `[from_bytes ${quoteBytes(value)}]` : `[native ${quoted}]`;
}

function quoteBytes(value: string): string {
  const bytes = Array.from(Buffer.from(value), (byte) => `\\u${byte.toString(16).padStart(4, '0')}`);
  return `"${bytes.join('')}"`;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  // U+0080 to U+009F stay, as all else beyond ASCII: read byte by byte they are two.
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
