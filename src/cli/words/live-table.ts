/** Shows a table that takes the place of the one before, on a terminal. */
export function liveTable(): (lines: readonly string[]) => void {
  let height = 0;
  return (lines) => {
    const most = Math.max(3, (process.stdout.rows ?? 25) - 1);
    const shown = lines.length > most ? [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more`] : lines;
    // Up to the first line of the last one; then each line anew, and nothing below.
    const up = height > 0 ? `\u001b[${height}A\r` : '';
    const text = `${up}${shown.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[0J`;
    // A line that is too long, as some letters are wide, stays one line.
    process.stdout.write(`\u001b[?7l${text}\u001b[?7h`);
    height = shown.length;
  };
}
