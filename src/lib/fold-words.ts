/** A text as lines of at most `room` characters, where its words allow it: paths and the like stay whole. */
export function foldWords(text: string, room: number): string[] {
  return foldPieces(text.split(' '), room);
}

/** As {@link foldWords}, of pieces that stay whole, whatever is in them. */
export function foldPieces(pieces: readonly string[], room: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= room) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(piece);
  }
  return lines;
}
