import { rmSync } from 'node:fs';
import { run } from '../measure.js';
import { installCommand, prefix, writeEasyconfig } from '../work.js';
import { bigImage } from './big-image.js';

// The shell's own count holds that of the processes it waited for. The image's page cache is warm or not, so what was read
// is counted at the system calls; what was written at both ends, and the larger counts.
const countIo = '"$@" >/dev/null || exit; cat /proc/$$/io';

/** Bytes that an install with checksum reads and writes, all of its processes and files together, per byte of the image. */
export function measureBytes() {
  const { file, size, sha256 } = bigImage();
  rmSync(prefix, { recursive: true, force: true });
  const text = run([
    'sh',
    '-c',
    countIo,
    'sh',
    ...installCommand(writeEasyconfig('counted', { image: { file, sha256 } })),
  ]);
  rmSync(prefix, { recursive: true, force: true });
  const io = Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(': ')),
  );
  const written = Math.max(Number(io.wchar), Number(io.write_bytes));
  const perByte = (bytes) => [bytes / size];
  return [
    {
      row: 'bytes-written',
      what: 'bytes written per byte of the image',
      values: perByte(written),
      aim: { most: 1 },
    },
    { row: '', what: '  … bytes read', values: perByte(Number(io.rchar)) },
  ];
}
