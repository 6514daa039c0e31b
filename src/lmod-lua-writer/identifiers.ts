import { describeValue, LuaWriterError } from './errors.ts';

/** The words that Lua keeps for itself, in any version from 5.1 (`goto` came with 5.2, `global` with 5.5). */
const keywords: ReadonlySet<string> = new Set(
  (
    'and break do else elseif end false for function global goto if in local nil not or repeat return ' +
    'then true until while'
  ).split(' '),
);

/**
 * Gives back a name that Lua takes for a local, a parameter or a method.
 *
 * @throws LuaWriterError `bad-identifier`
 */
export function checkIdentifier(identifier: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(identifier)) {
    throw new LuaWriterError('bad-identifier', `${describeValue(identifier)} is not a Lua name`);
  }
  if (keywords.has(identifier)) {
    throw new LuaWriterError('bad-identifier', `${describeValue(identifier)} is a word that Lua keeps for itself`);
  }
  return identifier;
}

/**
 * Gives back a name, or names joined by dots as in `lfs.attributes`.
 *
 * @throws LuaWriterError `bad-identifier`
 */
export function checkDottedName(dotted: string): string {
  for (const part of dotted.split('.')) checkIdentifier(part);
  return dotted;
}
