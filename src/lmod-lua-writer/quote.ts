import { describeValue, LuaWriterError } from './errors.ts';

const loneSurrogate = /\p{Surrogate}/u;

/** Whether a text can be written as UTF-8, which is what every file and environment here holds. */
export function isUnicodeText(value: string): boolean {
  return !loneSurrogate.test(value);
}

/**
 * Any text as a Lua string literal that real Lua 5.1 to 5.4 reads back byte for byte (as UTF-8).
 *
 * Escapes are only those that every one of these versions knows: `\x41`, `\u{41}` and `\z` mean
 * something else in 5.1, and a decimal escape takes up to three digits, so it is always written with
 * three: NUL before `1` is `\0001`. Long brackets are not used: they lose a first newline and turn
 * CR LF into LF.
 *
 * @throws LuaWriterError `bad-text` for a lone surrogate
 */
export function quoteLua(value: string): string {
  if (!isUnicodeText(value)) {
    throw new LuaWriterError('bad-text', `${describeValue(value)} has a lone surrogate: it cannot be written as UTF-8`);
  }
  return `"${value.replace(/["\\]|\p{Cc}/gu, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case '"':
    case '\\':
      return `\\${character}`;
    case '\n':
      return '\\n';
    case '\t':
      return '\\t';
  }
  const code = character.charCodeAt(0);
  // U+0080 to U+009F are control characters too, but two bytes each: they go out as UTF-8.
  return code > 0x7f ? character : `\\${String(code).padStart(3, '0')}`;
}
