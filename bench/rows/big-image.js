import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, statfsSync, statSync } from 'node:fs';
import { run } from '../measure.js';
import { work } from '../work.js';

let made;

/** A squashfs file of one file with random bytes, which is a valid image; made once. Size in bytes. */
export function bigImage() {
  made ??= make(Number(process.env.CT_BENCH_IMAGE));
  return made;
}

function make(mebibytes) {
  const { bavail, bsize } = statfsSync(work);
  if (bavail * bsize < 3 * mebibytes * 2 ** 20)
    throw new Error(
      `${work}: ${3 * mebibytes} MiB must be free; TMPDIR names another place, CT_BENCH_IMAGE another size`,
    );
  const file = 'big.sif';
  const path = `${work}/images/${file}`;
  const random = `${work}/random`;
  mkdirSync(`${work}/images`, { recursive: true });
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
