/** A library that a process loaded. */
export interface Loaded {
  readonly path: string;
  /** What asked for it: a path, or the program as it was called; undefined where that was not seen. */
  readonly asker: string | undefined;
  /** Whether it was asked for while the program ran, rather than linked. */
  readonly isLate: boolean;
  /** Whether it was asked for by its full path, so that it must be there. */
  readonly isByPath: boolean;
}

/** Reads what `LD_DEBUG=files` prints. glibc names a library when it is asked for, and with its path when it begins. */
export function parseLoaderTrace(text: string): Loaded[] {
  const asked = new Map<string, { asker: string; isLate: boolean }>();
  const loaded = new Map<string, Loaded>();
  for (const line of text.split('\n')) {
    const [, name = '', how, asker = ''] =
      /\bfile=(\S.*?) \[\d+\];\s+(needed by|dynamically loaded by) (.*?) \[\d+\]/.exec(line) ?? [];
    if (how !== undefined && !asked.has(name)) asked.set(name, { asker, isLate: how !== 'needed by' });
    const [, path] = /\bcalling init: (\/.*)$/.exec(line) ?? [];
    if (path === undefined || loaded.has(path)) continue;
    const byPath = asked.get(path);
    const by = byPath ?? asked.get(path.slice(path.lastIndexOf('/') + 1));
    loaded.set(path, { path, asker: by?.asker, isLate: by?.isLate ?? false, isByPath: byPath !== undefined });
  }
  return [...loaded.values()];
}

/** Reads what strace wrote of one process: the files that were opened, without those that were not there. */
export function parseSystemCalls(text: string): string[] {
  const opened = text.split('\n').flatMap((line) => {
    const [, path] = /\bopen(?:at\(AT_FDCWD, |\()"((?:[^"\\]|\\.)*)".*\) = \d+$/.exec(line) ?? [];
    return path?.startsWith('/') === true && !path.includes('\\') ? [path] : [];
  });
  return [...new Set(opened)];
}
