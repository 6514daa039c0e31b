import { describeValue, LuaWriterError } from './errors.ts';

/**
 * Checks a literal that is added to a path variable. Lmod takes it for a list of paths and rewrites
 * each element, see `normalizePathElement`. Where the path is the same path after that, it is let
 * through; an element that would mean something else is refused.
 *
 * @throws LuaWriterError `bad-path-element`
 */
export function checkPathElements(value: string, delimiter: string): void {
  const refuse = (element: string, why: string): never => {
    throw new LuaWriterError('bad-path-element', `${describeValue(element)} cannot be in a path variable: ${why}`);
  };
  const elements = value.split(delimiter);
  for (const element of elements) {
    const reason = reasonToRefuse(element);
    if (reason !== undefined) refuse(element === '' ? value : element, reason);
  }
  // In a search path the first of two equal elements counts anyway. In another list, such as binds
  // with their options, the one that Lmod leaves out is missing.
  const kept = elements.map(normalizePathElement);
  const repeated = elements.find((_, position) => kept.indexOf(kept[position] ?? '') !== position);
  if (delimiter !== ':' && repeated !== undefined) {
    refuse(repeated, 'it is there twice, and Lmod keeps one of them');
  }
}

function reasonToRefuse(element: string): string | undefined {
  if (element === '') return 'it has an empty element, which Lmod does not keep';
  if (/^ | $|^\t|\t$/.test(element)) return 'Lmod drops the blanks around it';
  if (element.startsWith('~')) return 'Lmod replaces a leading `~` by the home directory';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(element)) return 'Lmod halves the `//` of a URL';
  const kept = normalizePathElement(element);
  if (kept === '') return 'Lmod makes an empty element of the root directory';
  if (kept.endsWith(':') && !element.endsWith(':')) return 'Lmod drops the `/` after the last `:`';
  if (element.endsWith('//')) return 'not every Lmod keeps the `//` at its end';
  // Lmod rewrites an element each time that it reads the variable: what becomes of it must stay as it is.
  return kept === element ? undefined : reasonToRefuse(kept);
}

/**
 * What Lmod makes of an element (`path_regularize` in its `utils.lua`): several `/` become one, a
 * trailing one goes, and so does each `.` between or at the end of others. `..` and `$NAME` stay.
 * (That it also drops blanks around the element and replaces a leading `~` needs no model: those are refused.)
 */
export function normalizePathElement(element: string): string {
  const parts = element.replace(/\/+/g, '/').replace(/\/$/, '').split('/');
  const kept = parts.filter((part, position) => part !== '.' || position === 0);
  return (kept[0] === '.' && kept.length > 1 ? kept.slice(1) : kept).join('/');
}

/**
 * Checks the delimiter of a path variable. Lmod joins with it as text but splits with it as a Lua
 * pattern, so a character with a meaning there will not do.
 *
 * @throws LuaWriterError `bad-delimiter`
 */
export function checkDelimiter(delimiter: string): void {
  if (!/^[ !"#&',:;<=>@\\_`{|}~]$/.test(delimiter)) {
    throw new LuaWriterError('bad-delimiter', `${describeValue(delimiter)} cannot be the delimiter of a path variable`);
  }
}
