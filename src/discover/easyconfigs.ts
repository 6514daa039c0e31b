import { easyconfigCandidates, isPath, resolvePath } from '../easyconfig/candidates.ts';
import { isDirectory, isFile, listDirectory, readText } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { nearestWords } from '../lib/near.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';

export interface FoundEasyconfig {
  readonly path: HostPath;
  readonly text: string;
}

export interface EasyconfigSearch {
  readonly cwd: HostPath;
  readonly home: string | undefined;
  /** The easyconfig path: settings first, then what ships with ctinstall. */
  readonly directories: readonly HostPath[];
  /** Words that are no easyconfigs but may have been meant: the commands. */
  readonly otherWords?: readonly string[];
}

/**
 * Finds the easyconfig that an argument names: a path as it is, a bare name in the current directory and then along the
 * easyconfig path.
 * @throws CtinstallError `easyconfig-not-found` with near names
 */
export async function searchEasyconfig(argument: string, search: EasyconfigSearch): Promise<FoundEasyconfig> {
  if (isPath(argument)) {
    const path = resolvePath(argument, search.cwd, search.home);
    if (await isDirectory(path))
      throw new CtinstallError('easyconfig-not-found', `\`${argument}\` is a directory`, {
        hint: 'name the easyconfig in it',
      });
    if (!(await isFile(path)))
      throw new CtinstallError('easyconfig-not-found', `no easyconfig \`${argument}\``, {
        hint: await nearHint(argument, search),
      });
    return { path, text: await readText(path) };
  }
  for (const directory of [search.cwd, ...search.directories])
    for (const path of easyconfigCandidates(argument, directory))
      if (await isFile(path)) return { path, text: await readText(path) };
  const places = ['the current directory', ...search.directories.map((directory) => `\`${directory}\``)];
  throw new CtinstallError('easyconfig-not-found', `no easyconfig \`${argument}\` in ${places.join(', ')}`, {
    hint: await nearHint(argument, search),
  });
}

async function nearHint(argument: string, search: EasyconfigSearch): Promise<string> {
  const stem = argument.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
  const stems = (await listEasyconfigs(search)).map((path) => path.replace(/^.*\//, '').replace(/\.ya?ml$/, ''));
  const near = nearestWords(stem, [...stems, ...(search.otherWords ?? [])]);
  const names = near.map((name) => `\`${stems.includes(name) ? `${name}.yaml` : `ctinstall ${name}`}\``);
  if (names.length > 0) return `did you mean ${names.join(' or ')}?`;
  return 'see all with `ctinstall search`, or name more directories with `--easyconfigs <dirs>`';
}

/** All easyconfigs in the current directory and along the path. */
export async function listEasyconfigs(search: Pick<EasyconfigSearch, 'cwd' | 'directories'>): Promise<HostPath[]> {
  const here = (await listDirectory(search.cwd))
    .filter((entry) => isEasyconfigName(entry.name))
    .map(({ name }) => joinHost(search.cwd, name));
  const along = await Promise.all(search.directories.map((directory) => walk(directory, 4)));
  return [...new Set([...here, ...along.flat()])];
}

async function walk(directory: HostPath, depth: number): Promise<HostPath[]> {
  const entries = await listDirectory(directory).catch(() => []);
  const found = await Promise.all(
    entries.map((entry) => {
      const path = joinHost(directory, entry.name);
      if (entry.isDirectory() && depth > 0 && !entry.name.startsWith('.')) return walk(path, depth - 1);
      return isEasyconfigName(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}

function isEasyconfigName(name: string): boolean {
  return /^[^.].*-.*\.ya?ml$/.test(name);
}
