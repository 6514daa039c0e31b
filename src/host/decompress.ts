import { createReadStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { execa } from 'execa';
import { CtinstallError } from '../lib/errors.ts';
import { lookUpProgram } from './look-up.ts';

export type Compression = 'zstd' | 'bzip2';

/** The bytes of a file. */
export function readPieces(path: string): Readable {
  return createReadStream(path, { highWaterMark: 2 ** 18 });
}

/** Bytes that are decompressed in less time than a program takes to start. */
const fewBytes = 2 ** 20;

/**
 * The bytes that a compressed stream holds: by the program of this name on `path`, which is several times as fast, or else
 * without one. A fault of the stream is an error of what is given back.
 * @param size bytes of the stream, where known
 */
export async function decompress(
  input: Readable,
  kind: Compression,
  { path, size = Number.POSITIVE_INFINITY }: { readonly path: string | undefined; readonly size?: number },
): Promise<Readable> {
  const program = kind === 'zstd' && size < fewBytes ? undefined : await lookUpProgram(kind, path);
  if (program !== undefined) return byProgram(input, program);
  return kind === 'zstd' ? Readable.from(unzstd(input)) : unbzip2(input);
}

function byProgram(input: Readable, program: string): Readable {
  const child = execa(program, ['-dc'], { input, buffer: false, reject: false, extendEnv: false, stderr: 'ignore' });
  const output = new PassThrough({ highWaterMark: 2 ** 18 });
  child.stdout.pipe(output, { end: false });
  output.on('close', () => child.kill());
  child.then(({ exitCode }) => {
    if (exitCode === 0) output.end();
    else output.destroy(new CtinstallError('package-invalid', `\`${program}\` cannot decompress it`));
  });
  return output;
}

async function* unzstd(input: Readable): AsyncGenerator<Uint8Array> {
  const { ZSTDDecoder } = await import('zstddec/stream');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const pieces: Uint8Array[] = [];
  // The library takes what is there at once, and gives it out in pieces.
  for await (const piece of input) pieces.push(piece);
  // At a fault the library goes on for ever, giving out nothing. A whole block comes with far fewer pieces that hold none.
  let empty = 0;
  for (const piece of decoder.decodeStreaming(pieces)) {
    empty = piece.length === 0 ? empty + 1 : 0;
    if (empty > 1000) throw new CtinstallError('package-invalid', 'it is damaged: it cannot be decompressed');
    if (piece.length > 0) yield piece;
  }
}

async function unbzip2(input: Readable): Promise<Readable> {
  const { default: makeDecoder } = await import('unbzip2-stream');
  const output = new PassThrough();
  const decoder = makeDecoder();
  decoder.on('error', (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  input.on('error', (error) => output.destroy(error));
  input.pipe(decoder).pipe(output);
  return output;
}
