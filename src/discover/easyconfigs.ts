import type { Dirent } from 'node:fs';
import { easyconfigCandidates, isPath, resolvePath } from '../easyconfig/candidates.ts';
import { type Foreign, recogniseName } from '../easyconfig/foreign.ts';
import { shpcFile } from '../formats/shpc/name.ts';
import { isDirectory, isFile, listDirectory } from '../host/files.ts';
import { listDirectories, readFileStates } from '../host/many-files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { formatLine } from '../lib/format.ts';
import { nearestWords } from '../lib/near.ts';
import type { HostPath } from '../lib/paths.ts';
import type { DirectoryEntries, EasyconfigIndex, IndexedDirectory } from './easyconfig-index.ts';
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
 * @throws CtinstallError `easyconfig-not-found` with near names, `easyconfig-invalid` for what is another program's
 */
export async function searchEasyconfig(argument: string, search: EasyconfigSearch): Promise<FoundEasyconfig> {
  const foreign = recogniseName(argument);
  if (foreign !== undefined) throw foreignFile(argument, foreign);
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
  const found = await findByFileName(argument, search);
  if (found !== undefined) return { path: found, text: await readEasyconfig(found) };
  const places = ['the current directory', ...search.directories.map((directory) => `\`${directory}\``)];
  throw new CtinstallError(
    'easyconfig-not-found',
    `no easyconfig \`${formatLine(argument)}\` in ${places.join(', ')}`,
    {
      hint: await nearHint(argument, search),
    },
  );
}

/** What is another program's. */
export function foreignFile(argument: string, { what, hint }: Foreign): CtinstallError {
  return new CtinstallError('easyconfig-invalid', `\`${formatLine(argument)}\` is ${what}`, { hint });
}

/** The easyconfig whose file is called so, with or without `.yaml`: in the current directory, then along the path. */
export async function findByFileName(
  argument: string,
  { cwd, directories }: Pick<EasyconfigSearch, 'cwd' | 'directories'>,
): Promise<HostPath | undefined> {
  for (const directory of [cwd, ...directories])
    for (const path of easyconfigCandidates(argument, directory)) if (await isFile(path)) return path;
  return undefined;
}

async function nearHint(argument: string, search: EasyconfigSearch): Promise<string> {
  const source = sourceMeant(argument);
  if (source !== undefined) return `an image of a registry is named with its scheme: \`ctinstall ${source}\``;
  // Of a module, `mpi4py/3.1.6`, the name.
  const [, ofModule] = /^([A-Za-z][\w.+-]*)\/v?\d[\w.+-]*$/.exec(argument) ?? [];
  const stem = ofModule ?? argument.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
  const image = await nearImage(argument, search.cwd);
  if (image !== undefined) return `did you mean \`ctinstall ${image}\`?`;
  const { here, along } = await findEasyconfigs(search);
  const stems = [...here, ...along].map((path) => path.replace(/^.*\//, '').replace(/\.ya?ml$/, ''));
  // With a version or a suffix it is a file that is meant.
  const isFileName = ofModule === undefined && /-v?\d|\.ya?ml$/.test(argument);
  const names = isFileName ? [] : [...stems.map((each) => each.replace(/-v?\d.*$/, '')), ...(search.otherWords ?? [])];
  const near = nearestWords(stem, [...stems, ...names]);
  const told = near.map((name) => `\`${stems.includes(name) ? `${formatLine(name)}.yaml` : `ctinstall ${name}`}\``);
  if (told.length > 0) return `did you mean ${told.join(' or ')}?`;
  const meant = /^(.+?)-v?\d.*\.eb$/.exec(argument.replace(/^.*\//, ''))?.[1];
  if (meant !== undefined)
    return `no such EasyBuild recipe is here; for an easyconfig: \`ctinstall search ${formatLine(meant)}\``;
  return 'see all with `ctinstall search`, or name more directories with `--easyconfigs <dirs>`';
}

/** An image in the current directory whose name is near. */
async function nearImage(argument: string, cwd: HostPath): Promise<string | undefined> {
  if (!/\.[a-z]+$/i.test(argument) || /\.(ya?ml|eb)$/.test(argument)) return undefined;
  const names = (await listDirectory(cwd).catch(() => [])).map(({ name }) => name);
  const [near] = nearestWords(
    argument,
    names.filter((name) => /^[\w.+-]+\.(sif|simg|sqfs|squashfs)$/.test(name)),
    1,
  );
  return near;
}

/** What an image of a registry is called where people leave out the scheme, as docker does, or a slash of it. */
function sourceMeant(argument: string): string | undefined {
  const path = argument.replace(/^docker:\/{0,2}/, '');
  const isImage =
    /^([a-z0-9]+([.-][a-z0-9]+)*(:\d+)?\/)?([a-z0-9]+([._-][a-z0-9]+)*\/)*[a-z0-9]+([._-]+[a-z0-9]+)*(:\w[\w.-]*)?$/;
  if (!isImage.test(path) || /\.ya?ml$/.test(path)) return undefined;
  const isMeant = path !== argument || path.includes(':') || /^[a-z0-9-]+(\.[a-z0-9-]+)+\/./.test(path);
  return isMeant ? `docker://${path}` : undefined;
}

export interface EasyconfigPaths {
  /** Those in the current directory. */
  readonly here: readonly HostPath[];
  /** Those in the directories along the path, and in directories below them. */
  readonly along: readonly HostPath[];
  /** Directories that cannot be read, and why: one line each. */
  readonly faults: readonly string[];
  /** The directories along the path, in the states in which what is in them was seen: where an index is kept. */
  readonly directories: readonly SeenDirectory[];
}

export interface SeenDirectory extends IndexedDirectory {
  /** Whether it had to be listed, as the index did not know it. */
  readonly isNew: boolean;
}

/** How many directories deep an easyconfig may lie below one of the path. */
const deepest = 4;

/** All easyconfigs in the current directory and along the path. @throws CtinstallError `interrupted` */
export async function findEasyconfigs(
  { cwd, directories }: Pick<EasyconfigSearch, 'cwd' | 'directories'>,
  signal?: AbortSignal,
  known?: Pick<EasyconfigIndex, 'list'>,
): Promise<EasyconfigPaths> {
  const here = await look([cwd], { known: undefined, isBelow: false, signal });
  const levels: Looked[] = [];
  for (
    let below = directories;
    below.length > 0 && levels.length <= deepest;
    below = levels.at(-1)?.directories ?? []
  ) {
    const above = levels.at(-1);
    const level = await look(below, { known, isBelow: above !== undefined, signal });
    for (const directory of above?.seen ?? []) noteRecipes(directory, level.recipes);
    levels.push(level);
  }
  return {
    here: here.easyconfigs,
    along: levels.flatMap(({ easyconfigs }) => easyconfigs),
    faults: [...new Set([here, ...levels].flatMap(({ faults }) => faults))],
    directories: levels.flatMap(({ seen }) => seen),
  };
}

/** An index that knows which directories below hold a recipe need not look at each of them: there are thousands. */
function noteRecipes(directory: LookedAt, recipes: ReadonlySet<string>): void {
  if (recipes.size === 0) return;
  const start = directory.path === '/' ? '' : directory.path;
  const isRecipe = (name: string): boolean => recipes.has(`${start}/${name}`);
  const found = directory.directories.filter(isRecipe);
  if (found.length === 0) return;
  directory.directories = directory.directories.filter((name) => !isRecipe(name));
  directory.recipes = [...directory.recipes, ...found];
  directory.isNew = true;
}

interface Looked {
  readonly easyconfigs: readonly HostPath[];
  readonly directories: readonly HostPath[];
  readonly faults: readonly string[];
  readonly seen: readonly LookedAt[];
  /** Those of the directories that hold a recipe of singularity-hpc. */
  readonly recipes: ReadonlySet<string>;
}

interface LookOptions {
  readonly known: Pick<EasyconfigIndex, 'list'> | undefined;
  /** Whether the directories lie below those of the path. */
  readonly isBelow: boolean;
  readonly signal: AbortSignal | undefined;
}

interface LookedAt extends SeenDirectory {
  directories: readonly string[];
  recipes: readonly string[];
  isNew: boolean;
}

/**
 * What lies right in some directories; names that begin with a dot are none of ours. One below those of the path that holds a recipe
 * of singularity-hpc holds that alone.
 */
async function look(directories: readonly HostPath[], { known, isBelow, signal }: LookOptions): Promise<Looked> {
  const found = { easyconfigs: [] as HostPath[], directories: [] as HostPath[], faults: [] as string[] };
  // Before they are listed: what changes in between is another state the next time.
  const states = known === undefined ? [] : await readFileStates(directories, signal);
  const before = directories.map((path, at) => {
    const state = states[at];
    return state === undefined ? undefined : known?.list(path, state);
  });
  const listings = await listDirectories(
    directories.filter((_, at) => before[at] === undefined),
    signal,
  );
  const seen: LookedAt[] = [];
  const recipes = new Set<string>();
  let listed = 0;
  for (const [at, path] of directories.entries()) {
    const listing = before[at] ?? listings[listed++] ?? [];
    if (listing instanceof CtinstallError) {
      found.faults.push(listing.message);
      continue;
    }
    const entries = isListing(listing) ? entriesOf(listing) : listing;
    // There are many: joinHost would look for `.` and `..` in each, which no entry is called.
    const start = path === '/' ? '' : path;
    if (isBelow && entries.easyconfigs.includes(shpcFile)) {
      recipes.add(path);
      found.easyconfigs.push(`${start}/${shpcFile}` as HostPath);
      continue;
    }
    for (const name of entries.directories) found.directories.push(`${start}/${name}` as HostPath);
    for (const name of entries.easyconfigs) found.easyconfigs.push(`${start}/${name}` as HostPath);
    for (const name of entries.recipes) found.easyconfigs.push(`${start}/${name}/${shpcFile}` as HostPath);
    const state = states[at];
    if (state !== undefined) seen.push({ path, state, ...entries, isNew: before[at] === undefined });
  }
  return { ...found, seen, recipes };
}

function isListing(listing: DirectoryEntries | readonly Dirent[]): listing is readonly Dirent[] {
  return Array.isArray(listing);
}

function entriesOf(listing: readonly Dirent[]): DirectoryEntries {
  const entries = { easyconfigs: [] as string[], directories: [] as string[], recipes: [] as string[] };
  for (const entry of listing) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) entries.directories.push(entry.name);
    else if (isEasyconfigName(entry.name)) entries.easyconfigs.push(entry.name);
  }
  return entries;
}

/** What others extend is called `…-base.yaml`, and is none by itself. */
function isEasyconfigName(name: string): boolean {
  return (/-.*\.ya?ml$/.test(name) && !/-base\.ya?ml$/.test(name)) || name === shpcFile;
}
