import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, statfsSync, statSync } from 'node:fs';
import { run } from '../measure.js';
import { work } from '../work.js';

let made;

/** The image of the install rows, as large as CT_BENCH_IMAGE says; made once. */
export function bigImage() {
  made ??= makeImage('big.sif', Number(process.env.CT_BENCH_IMAGE));
  return made;
}

/** A squashfs file of one file with random bytes, which is a valid image. Size in bytes. */
export function makeImage(file, mebibytes, directory = `${work}/images`) {
  mkdirSync(directory, { recursive: true });
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < 3 * mebibytes * 2 ** 20)
    throw new Error(
      `${directory}: ${3 * mebibytes} MiB must be free; TMPDIR names another place, CT_BENCH_IMAGE another size`,
    );
  const path = `${directory}/${file}`;
  const random = `${work}/random`;
  run(['sh', '-c', 'exec head -c "$1" /dev/urandom >"$2"', 'sh', `${mebibytes}M`, random]);
  // no compression of anything: it would not help, and take its time
  run(['mksquashfs', random, path, '-noI', '-noD', '-noF', '-noX', '-noappend', '-no-progress']);
  rmSync(random);
  return { path, file, size: statSync(path).size, sha256: hashOf(path) };
}

function hashOf(path) {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(2 ** 20);
  const file = openSync(path);
  for (let bytes = readSync(file, piece); bytes > 0; bytes = readSync(file, piece))
    hash.update(piece.subarray(0, bytes));
  closeSync(file);
  return hash.digest('hex');
}
