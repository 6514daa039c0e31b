import { close, fdatasync, open } from 'node:fs';
import { promisify } from 'node:util';
import { fileError } from './files.ts';
import { ignoreNoSync } from './limits.ts';

/**
 * Has the disk begin to write what a file holds by now, while other work goes on: so the last sync has little left to wait for.
 * What comes back is to be awaited before that one: the system tells of a lost write only once.
 */
export function syncEarly(path: string): Promise<void> {
  const syncing = syncNow(path).catch((error: unknown) => {
    throw fileError(error, 'write', path);
  });
  // It is thrown where it is awaited, if anybody still does.
  syncing.catch(() => undefined);
  return syncing;
}

async function syncNow(path: string): Promise<void> {
  const file = await promisify(open)(path, 'r+');
  try {
    await promisify(fdatasync)(file).catch((error: unknown) => ignoreNoSync(error, path));
  } finally {
    await promisify(close)(file);
  }
}
