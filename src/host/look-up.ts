import { delimiter } from 'node:path';
import { isFile, mayAccess } from './files.ts';

/** The full path of a program as a shell finds it on `PATH`, or undefined. */
export async function lookUpProgram(name: string, path: string | undefined): Promise<string | undefined> {
  if (name.includes('/')) return (await isProgram(name)) ? name : undefined;
  for (const directory of (path ?? '').split(delimiter)) {
    if (directory === '') continue;
    const candidate = `${directory}/${name}`;
    if (await isProgram(candidate)) return candidate;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  return (await isFile(path)) && (await mayAccess(path, 'execute'));
}
