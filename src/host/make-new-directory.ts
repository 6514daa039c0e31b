import { mkdir } from 'node:fs/promises';
import { codeOf } from './error-code.ts';
import { fileError } from './files.ts';

/** Makes a directory that is not there yet; false where something of that name is. @throws CtinstallError */
export async function makeNewDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw fileError(error, 'make', path);
  }
}
