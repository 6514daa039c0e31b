import { closeSync, mkdirSync, openSync, readSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { asRoot } from '../harness/as-root.ts';
import { machine } from '../harness/sandbox.ts';

/*
 * A file system in a file, that can do what others cannot in a test: enforce a quota, and answer a read of a damaged block
 * with a true input/output error. To mount it takes root, or sudo without a password.
 */

export interface Btrfs {
  /** Where it is mounted; the user's own. */
  readonly directory: string;
  /** Damages the bytes that are stored there: a read of them fails from now on. They must be found once. */
  readonly damage: (bytes: Buffer) => void;
}

/** A file system of its own for one test, mounted in `parent`, gone when the test is done. */
export function makeBtrfs(parent: string): Btrfs {
  const directory = join(parent, 'btrfs');
  const file = join(parent, 'btrfs.image');
  mkdirSync(directory);
  writeFileSync(file, '');
  truncateSync(file, 300 * 1024 * 1024);
  asRoot('mkfs.btrfs', '--quiet', '--metadata', 'single', '--data', 'single', file);
  const mount = (): string => asRoot('mount', '-o', 'loop', file, directory);
  const unmount = (): string => asRoot('umount', directory);
  mount();
  onTestFinished(() => {
    unmount();
  });
  asRoot('chown', machine.user, directory);
  return {
    directory,
    damage: (bytes) => {
      unmount();
      try {
        flip(file, bytes);
      } finally {
        mount();
      }
      // A mount namespace that another test made meanwhile keeps the file system, and what the kernel has read of it.
      asRoot('sh', '-c', 'echo 1 >/proc/sys/vm/drop_caches');
    },
  };
}

function flip(file: string, bytes: Buffer): void {
  const handle = openSync(file, 'r+');
  try {
    const at: number[] = [];
    const piece = Buffer.alloc(4 * 1024 * 1024);
    for (let offset = 0; offset < statSync(file).size; offset += piece.length) {
      const length = readSync(handle, piece, 0, piece.length, offset);
      // Files begin at whole blocks, and so do pieces.
      const found = piece.subarray(0, length).indexOf(bytes);
      if (found >= 0) at.push(offset + found);
    }
    const [only] = at;
    if (only === undefined || at.length > 1) throw new Error(`the bytes are stored ${at.length} times`);
    writeSync(handle, Buffer.from(bytes.map((byte) => byte ^ 0xff)), 0, bytes.length, only);
  } finally {
    closeSync(handle);
  }
}
