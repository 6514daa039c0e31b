import { chmodSync } from 'node:fs';
import { asRoot, isRoot, ofThisUser } from '../harness/as-root.ts';

const nobody = 65534;

export { isRoot };

/** Does `work` as a user whom file permissions bind, who can enter `directory`; that is this one, unless it is root. */
export async function withoutPrivileges(directory: string, work: () => Promise<void>): Promise<void> {
  if (!isRoot) return work();
  chmodSync(directory, 0o777);
  process.seteuid?.(nobody);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Gives `work` a file system of its own of a few MiB, mounted on `directory`. */
export async function onSmallFileSystem(
  directory: string,
  { size, options = '' }: { size: string; options?: string },
  work: () => Promise<void>,
): Promise<void> {
  asRoot('mount', '-t', 'tmpfs', '-o', `size=${size},${ofThisUser}${options}`, 'ctinstall-test', directory);
  try {
    await work();
  } finally {
    asRoot('umount', directory);
  }
}
