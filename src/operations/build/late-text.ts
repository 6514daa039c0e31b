import { randomBytes } from 'node:crypto';
import { withFileReader } from '../../host/file-reader.ts';
import { writePieces } from '../../host/write-pieces.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath } from '../../lib/paths.ts';

/** Stands in files for a SHA-256 that is not known yet: as long as it is. No other file holds it by chance. */
export function placeholderOfSha256(): string {
  return randomBytes(32).toString('hex');
}

export interface LateText {
  readonly placeholder: string;
  /** As long as the placeholder. */
  readonly text: string;
  /** In how many files it stands. */
  readonly count: number;
  /** It is looked for from this byte on. */
  readonly from: number;
}

const pieceBytes = 4 * 1024 * 1024;

/** Writes into packed files, stored as they are, what was not known when they were packed. */
export async function writeLateText(file: HostPath, { placeholder, text, count, from }: LateText): Promise<void> {
  const places = await withFileReader(file, async (reader) => {
    const found: number[] = [];
    // Pieces overlap, so that what lies across their border is found too.
    for (let at = from; at < reader.size && found.length < count; at += pieceBytes) {
      const piece = Buffer.from(await reader.read(at, pieceBytes + placeholder.length - 1));
      for (let index = piece.indexOf(placeholder); index !== -1; index = piece.indexOf(placeholder, index + 1))
        found.push(at + index);
    }
    return found;
  });
  if (places.length !== count)
    throw new CtinstallError('command-failed', 'files in the new image are not stored as they were to be', {
      hint: 'another version of squashfs-tools may do better; please tell the authors of ctinstall',
    });
  const bytes = Buffer.from(text);
  await writePieces(
    file,
    places.map((offset) => ({ offset, bytes })),
    { isSyncedLater: true },
  );
}
