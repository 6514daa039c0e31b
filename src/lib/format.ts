/** Bytes for people, in powers of 1024: `185 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1024 is 1.0 of the next unit.
  while (value >= (unit === 0 ? 1024 : 1023.5) && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds for people: `0.3 s`, `42 s`, `3 min 05 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** A value from a file as a message shows it: one line, at most `most` characters, nothing that a terminal obeys. */
export function formatValue(value: string, most = 60): string {
  return formatLine(value.length > most ? `${value.slice(0, most - 3)}…` : value);
}

/** As {@link formatValue}, whole. */
export function formatLine(value: string): string {
  return value.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

/** What stands for a newline in a command: `\n` is often part of one. */
const newlineSign = '⏎';
/** As many blanks in a row push what follows them out of sight. */
const manyBlanks = / {17,}/g;

const controls = /[^\P{Cc}\n\t\r]|\r(?!\n)/gu;
const colours = new RegExp(`(${String.fromCodePoint(27)}\\[3[12369]m)`);

/**
 * A text of several lines for a terminal, which obeys nothing in it: names of files that somebody else has made may be part of
 * it. The colours that words are painted with stay where that is said.
 */
export function formatText(text: string, isColoured = false): string {
  if (!isColoured) return text.replace(controls, escapeCharacter);
  return text
    .split(colours)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(controls, escapeCharacter)))
    .join('');
}

/**
 * A command of a recipe as a plan shows it, on one line and whole, so that nobody overlooks what it does: what is not seen
 * is escaped, a newline is `⏎`, and a long run of blanks is counted.
 */
export function formatScript(script: string): string {
  return script
    .toWellFormed()
    .replace(/[^\P{C}\n]|[^\P{Z} ]|[\p{Default_Ignorable_Code_Point}\u2800\u23ce]/gu, escapeCharacter)
    .replaceAll('\n', newlineSign)
    .replace(manyBlanks, (blanks) => ` …(${blanks.length} blanks)… `);
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  return code.length > 4 ? `\\u{${code}}` : `\\u${code}`;
}

/**
 * A command line of one line that can be pasted into a shell. A word that holds what a terminal obeys or does not show is
 * written as `$'…'`, which bash, zsh and ksh know; all others as any POSIX shell takes them.
 */
export function formatCommand(argv: readonly string[]): string {
  return argv.map(formatWord).join(' ');
}

function formatWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(word))
    return `$'${word.replace(/[\\']|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeInAnsiC)}'`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function escapeInAnsiC(character: string): string {
  if (character === '\\' || character === "'") return `\\${character}`;
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
