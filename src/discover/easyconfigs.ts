import { easyconfigCandidates, isPath, resolvePath } from '../easyconfig/candidates.ts';
import { isDirectory, isFile } from '../host/files.ts';
import { listDirectories } from '../host/many-files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine } from '../lib/format.ts';
import { nearestWords } from '../lib/near.ts';
import type { HostPath } from '../lib/paths.ts';
import { isThereButNoFile, readEasyconfig } from './read-easyconfig.ts';

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
      throw new CtinstallError('easyconfig-not-found', `\`${formatLine(argument)}\` is a directory`, {
        hint: 'name the easyconfig in it',
      });
    if (!(await isFile(path)) && !(await isThereButNoFile(path)))
      throw new CtinstallError('easyconfig-not-found', `no easyconfig \`${formatLine(argument)}\``, {
        hint: await nearHint(argument, search),
      });
    return { path, text: await readEasyconfig(path) };
  }
  for (const directory of [search.cwd, ...search.directories])
    for (const path of easyconfigCandidates(argument, directory))
      if (await isFile(path)) return { path, text: await readEasyconfig(path) };
  const places = ['the current directory', ...search.directories.map((directory) => `\`${directory}\``)];
  throw new CtinstallError(
    'easyconfig-not-found',
    `no easyconfig \`${formatLine(argument)}\` in ${places.join(', ')}`,
    {
      hint: await nearHint(argument, search),
    },
  );
}

async function nearHint(argument: string, search: EasyconfigSearch): Promise<string> {
  const stem = argument.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
  const { here, along } = await findEasyconfigs(search);
  const stems = [...here, ...along].map((path) => path.replace(/^.*\//, '').replace(/\.ya?ml$/, ''));
  const near = nearestWords(stem, [...stems, ...(search.otherWords ?? [])]);
  const names = near.map((name) => `\`${stems.includes(name) ? `${formatLine(name)}.yaml` : `ctinstall ${name}`}\``);
  if (names.length > 0) return `did you mean ${names.join(' or ')}?`;
  return 'see all with `ctinstall search`, or name more directories with `--easyconfigs <dirs>`';
}

export interface EasyconfigPaths {
  /** Those in the current directory. */
  readonly here: readonly HostPath[];
  /** Those in the directories along the path, and in directories below them. */
  readonly along: readonly HostPath[];
  /** Directories that cannot be read, and why: one line each. */
  readonly faults: readonly string[];
}

/** How many directories deep an easyconfig may lie below one of the path. */
const deepest = 4;

/** All easyconfigs in the current directory and along the path. @throws CtinstallError `interrupted` */
export async function findEasyconfigs(
  { cwd, directories }: Pick<EasyconfigSearch, 'cwd' | 'directories'>,
  signal?: AbortSignal,
): Promise<EasyconfigPaths> {
  const here = await look([cwd], signal);
  const levels: Looked[] = [];
  for (let below = directories; below.length > 0 && levels.length <= deepest; below = levels.at(-1)?.directories ?? [])
    levels.push(await look(below, signal));
  return {
    here: here.easyconfigs,
    along: levels.flatMap(({ easyconfigs }) => easyconfigs),
    faults: [...new Set([here, ...levels].flatMap(({ faults }) => faults))],
  };
}

interface Looked {
  readonly easyconfigs: readonly HostPath[];
  readonly directories: readonly HostPath[];
  readonly faults: readonly string[];
}

/** What lies right in some directories; names that begin with a dot are none of ours. */
async function look(directories: readonly HostPath[], signal: AbortSignal | undefined): Promise<Looked> {
  const found = { easyconfigs: [] as HostPath[], directories: [] as HostPath[], faults: [] as string[] };
  const listings = await listDirectories(directories, signal);
  for (const [at, directory] of directories.entries()) {
    const entries = listings[at] ?? [];
    if (entries instanceof CtinstallError) found.faults.push(entries.message);
    else
      for (const entry of entries) {
        if (entry.name.startsWith('.')) continue;
        // There are many: joinHost would look for `.` and `..` in each, which no entry is called.
        const path = `${directory === '/' ? '' : directory}/${entry.name}` as HostPath;
        if (entry.isDirectory()) found.directories.push(path);
        else if (isEasyconfigName(entry.name)) found.easyconfigs.push(path);
      }
  }
  return found;
}

function isEasyconfigName(name: string): boolean {
  return /-.*\.ya?ml$/.test(name);
}
