/** How a file of a package names the place of its environment: info/paths.json, `prefix_placeholder` and `file_mode`. */
export interface Placeholder {
  readonly text: string;
  readonly mode: 'text' | 'binary';
}

/**
 * Puts the prefix of an environment in place of the placeholder that the package was built with. In a binary file a text
 * ends with NUL: as many more follow it as it is shorter now, so that nothing moves. In a text file a first line `#!` that
 * is longer than Linux takes becomes one of `env`.
 * @param content is written over where it is of a binary file: some are large
 * @throws RangeError where the prefix is longer than the placeholder of a binary file
 */
export function replacePrefix(content: Buffer, { text, mode }: Placeholder, prefix: string): Buffer {
  const [from, to] = [Buffer.from(text), Buffer.from(prefix)];
  if (mode === 'text') return withShortShebang(replaceText(content, from, to));
  if (to.length > from.length) throw new RangeError(`the prefix has more than ${from.length} bytes`);
  return replaceInBinary(content, from, to);
}

function replaceText(content: Buffer, from: Buffer, to: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let at = content.indexOf(from); at >= 0; at = content.indexOf(from, start)) {
    pieces.push(content.subarray(start, at), to);
    start = at + from.length;
  }
  return Buffer.concat([...pieces, content.subarray(start)]);
}

function replaceInBinary(result: Buffer, from: Buffer, to: Buffer): Buffer {
  for (let at = result.indexOf(from); at >= 0; ) {
    const end = result.indexOf(0, at);
    const stop = end < 0 ? result.length : end;
    const replaced = replaceText(result.subarray(at, stop), from, to);
    result.fill(0, at, stop);
    replaced.copy(result, at);
    at = result.indexOf(from, stop);
  }
  return result;
}

/** Bytes of the first line with which Linux starts a script: longer ones are cut (execve(2)); 127 before Linux 5.1. */
const longestShebang = 127;

function withShortShebang(content: Buffer): Buffer {
  if (content[0] !== 0x23 || content[1] !== 0x21) return content;
  const end = content.indexOf(0x0a);
  const line = content.subarray(0, end < 0 ? content.length : end).toString('latin1');
  const [, program, rest = ''] = /^#!\s*(?:\S*\/)([^/\s]+)(.*)$/.exec(line) ?? [];
  if (line.length <= longestShebang || program === undefined) return content;
  return Buffer.concat([Buffer.from(`#!/usr/bin/env ${program}${rest}`, 'latin1'), content.subarray(line.length)]);
}
