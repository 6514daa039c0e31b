/** Shell code of several lines as one line that means the same; undefined where that cannot be said of it. */
export function foldShell(text: string): string | undefined {
  const lines = text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.some((line) => !isWhole(line))) return undefined;
  return lines.reduce((folded, line) => {
    if (folded === '') return line;
    const goesOn = /(^|[\s;])(then|do|else|in)$|[{(;|&]$/.test(folded);
    return `${folded}${goesOn ? ' ' : '; '}${line}`;
  }, '');
}

/** Whether a line stands by itself: no text or document in it goes on in the next, and no comment or `case` is in it. */
function isWhole(line: string): boolean {
  const bare = line.replace(/\\./g, '').replace(/'[^']*'|"[^"]*"/g, '');
  return !/['"#]|<<|(^|\s)(case|esac)\b|;;/.test(bare);
}
