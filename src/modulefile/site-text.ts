/** Text of the site's as lines of a modulefile, as they stand; a blank line sets them off. */
export function linesAsTheyStand(text: string | undefined): string[] {
  if (text === undefined || text.trim() === '') return [];
  return ['', ...text.replace(/\n$/, '').split('\n'), ''];
}

/** The same as one text. */
export function asItStands(text: string | undefined): string {
  return linesAsTheyStand(text)
    .map((line) => `${line}\n`)
    .join('');
}
