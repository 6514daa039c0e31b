import { availableParallelism } from 'node:os';

const mebibyte = 2 ** 20;

/**
 * How much memory mksquashfs is to use for its queues, as its flags. By itself it takes a quarter of the machine's, nearly all of
 * which it goes through once: having the system provide so many fresh pages took longer than a third of its work. Each
 * processor has some blocks to read, to compress and to write: more than that makes nothing quicker.
 */
export function packingMemory(blockBytes: number, processors = availableParallelism()): readonly string[] {
  const enough = (8 * processors * blockBytes) / mebibyte;
  return ['-mem', `${Math.max(256, Math.ceil(enough))}M`];
}
