import { readTextIfThere } from '../host/files.ts';
import { listDirectories, readTextsIfThere } from '../host/many-files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, joinHost, type Prefix } from '../lib/paths.ts';

/** Holds which version of a module was chosen as the default; not there where none was. */
export function defaultVersionFile(prefix: Prefix, name: string): HostPath {
  return joinHost(prefix, '.ctinstall', 'defaults', name);
}

export async function readDefaultVersion(prefix: Prefix, name: string): Promise<string | undefined> {
  return (await readTextIfThere(defaultVersionFile(prefix, name)))?.trim();
}

/** The versions that were chosen, by the name of the software; what cannot be read is left out. */
export async function readDefaultVersions(prefix: Prefix): Promise<ReadonlyMap<string, string>> {
  const [entries = []] = await listDirectories([joinHost(prefix, '.ctinstall', 'defaults')]);
  const names = entries instanceof CtinstallError ? [] : entries.map(({ name }) => name);
  const texts = await readTextsIfThere(names.map((name) => defaultVersionFile(prefix, name)));
  return new Map(
    names.flatMap((name, at) => {
      const text = texts[at];
      return typeof text === 'string' ? [[name, text.trim()] as const] : [];
    }),
  );
}
