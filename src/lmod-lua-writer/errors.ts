/**
 * The closed list of reasons for which a value is refused.
 *
 * - `bad-identifier`: not a Lua name, or a word that Lua keeps for itself
 * - `bad-variable-name`: not the name of an environment variable (or of a family, which becomes part of one)
 * - `bad-number`: NaN or infinite
 * - `bad-text`: a lone surrogate, which has no UTF-8 form
 * - `bad-statement`: an expression that Lua cannot take in this place
 * - `bad-path-element`: an element of a path variable that Lmod would turn into something else
 * - `bad-delimiter`: a delimiter that Lmod cannot split and join at
 * - `value-not-holdable`: an environment, or the user's shell through Lmod, cannot hold the value
 * - `too-long`: longer than Linux lets one environment variable be
 * - `too-deep`: nested more deeply than Lua's parser follows
 */
export type LuaWriterErrorCode =
  | 'bad-identifier'
  | 'bad-variable-name'
  | 'bad-number'
  | 'bad-text'
  | 'bad-statement'
  | 'bad-path-element'
  | 'bad-delimiter'
  | 'value-not-holdable'
  | 'too-long'
  | 'too-deep';

/** The only error that this package throws: a value that cannot be written safely, and why. */
export class LuaWriterError extends Error {
  readonly code: LuaWriterErrorCode;

  constructor(code: LuaWriterErrorCode, message: string) {
    super(message);
    this.name = 'LuaWriterError';
    this.code = code;
  }
}

/** A value as it is shown in a message: one line, quoted, cut after 60 characters. */
export function describeValue(value: string): string {
  const shown = JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 56)}…"` : shown;
}
