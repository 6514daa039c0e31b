import { isMap, isPair, isScalar, type Pair, parseDocument } from 'yaml';

/**
 * Writes the image's SHA-256 into the text of an easyconfig, in place of an old one or after `file`. Nothing else of the
 * text changes, comments and layout least of all.
 * @throws RangeError for an image of nothing: it is for easyconfigs that were read without a fault
 */
export function injectChecksum(text: string, sha256: string): string {
  const image = parseDocument(text, { uniqueKeys: false }).get('image');
  // Its image is said in the file that it extends.
  if (image === undefined) return `${text.replace(/\n*$/, '\n')}\nimage:\n  sha256: ${sha256}\n`;
  if (!isMap(image)) throw new RangeError('an easyconfig without an image');
  const find = (key: string): Pair | undefined =>
    image.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
  const file = find('file') ?? image.items[0];
  const [keyStart] = rangeOf(file?.key);
  const [, fileEnd] = rangeOf(file?.value);
  if (keyStart === undefined || fileEnd === undefined) throw new RangeError('an image without a file');
  const [start, end] = rangeOf(find('sha256')?.value);
  if (start !== undefined && end !== undefined) return `${text.slice(0, start)}${sha256}${text.slice(end)}`;
  if (image.flow === true) return `${text.slice(0, fileEnd)}, sha256: ${sha256}${text.slice(fileEnd)}`;
  const lineStart = text.lastIndexOf('\n', keyStart - 1) + 1;
  const lineEnd = text.indexOf('\n', fileEnd);
  const at = lineEnd < 0 ? text.length : lineEnd;
  const lineBreak = text[at - 1] === '\r' ? '\r\n' : '\n';
  const indent = ' '.repeat(keyStart - lineStart);
  const upToLineEnd = text.slice(0, at).replace(/\r$/, '');
  return `${upToLineEnd}${lineBreak}${indent}sha256: ${sha256}${lineBreak === '\r\n' ? '\r' : ''}${text.slice(at)}`;
}

/** Offsets of where a value begins and ends in the text. */
function rangeOf(node: unknown): number[] {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) ? range.slice(0, 2) : [];
}
