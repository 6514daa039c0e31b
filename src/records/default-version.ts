import { readTextIfThere } from '../host/files.ts';
import { type HostPath, joinHost, type Prefix } from '../lib/paths.ts';

/** Holds which version of a module was chosen as the default; not there where none was. */
export function defaultVersionFile(prefix: Prefix, name: string): HostPath {
  return joinHost(prefix, '.ctinstall', 'defaults', name);
}

export async function readDefaultVersion(prefix: Prefix, name: string): Promise<string | undefined> {
  return (await readTextIfThere(defaultVersionFile(prefix, name)))?.trim();
}
