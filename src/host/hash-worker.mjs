// A thread that hashes; see hash-thread.ts. Plain JavaScript, as Node.js starts it from a file of its own.
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

let hash = createHash(workerData);

parentPort?.on('message', ({ piece, isLast }) => {
  hash.update(piece);
  parentPort?.postMessage(isLast ? hash.digest() : undefined);
  if (isLast) hash = createHash(workerData);
});
