// A thread that hashes; see hash-thread.ts. Plain JavaScript, as Node.js starts it from a file of its own.
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

let hash = createHash('sha256');

parentPort?.on('message', ({ piece, isLast }) => {
  hash.update(piece);
  parentPort?.postMessage(isLast ? hash.digest() : undefined);
  if (isLast) hash = createHash('sha256');
});
