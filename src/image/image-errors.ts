import { CtinstallError } from '../lib/errors.ts';
import { groupedDigits } from './printable.ts';
import type { Parsed } from './types.ts';

export const copyAgain = 'copy or download the image again';

/** `image-invalid`, in the words given. */
export function invalidImage(message: string, hint = copyAgain): CtinstallError {
  return new CtinstallError('image-invalid', message, { hint });
}

/** `image-truncated`: `actual` and `expected` are sizes of the file in bytes. */
export function truncatedImage(displayPath: string, actual: number, expected: number): CtinstallError {
  const sizes = `it is ${groupedDigits(actual)} bytes, its header says at least ${groupedDigits(expected)}`;
  return new CtinstallError('image-truncated', `\`${displayPath}\` is incomplete: ${sizes}`, {
    hint: 'copy or download it again: its end is missing',
  });
}

/** The parsed value; throws `image-invalid` with the fault. `what` is the subject: `` `x.sif` ``. */
export function parsedOrThrow<T>(parsed: Parsed<T>, what: string): T {
  if (parsed.kind === 'parsed') return parsed.value;
  throw invalidImage(`${what} is damaged: ${parsed.fault}`);
}
