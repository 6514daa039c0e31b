import { type KindAndName, listKinds } from '../../host/list-kinds.ts';
import { readFileStates } from '../../host/many-files.ts';
import type { Memory } from '../../host/memory.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { sortedNaturally } from '../../lib/natural-order.ts';
import { type HostPath, hostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import { readDefaultVersions } from '../../records/default-version.ts';
import type { InstallRecord } from '../../records/record.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { findHidden, type PlacedRecord, prefixesOf, readAllRecords } from './all-prefixes.ts';
import { findChanges } from './find-changes.ts';
import { findImageStates, type ImageState } from './image-states.ts';
import { readInstallsMemory } from './installs-memory.ts';
import { reportStopped } from './report-stopped.ts';
import { readSoftwareStates, type SoftwareState } from './user-software-states.ts';

export interface ListOptions {
  /** Only those that have it in their name; all without one. */
  readonly word: string | undefined;
  /** Whether directories of user software are measured: each file of them is looked at. */
  readonly size?: boolean | undefined;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
}

/** What is known of an install; of one whose record cannot be read, only its place. */
export type ListedInstall = ListedPlace & (ListedState | { readonly fault: string });

interface ListedPlace {
  readonly module: string;
  readonly prefix: Prefix;
  readonly installDir: HostPath;
}

export interface ListedState {
  readonly fault: undefined;
  readonly record: InstallRecord;
  /** Whether `--default` has made it the one that `module load <name>` takes. */
  readonly isDefault: boolean;
  /** In this session. */
  readonly isLoaded: boolean;
  /** The prefix whose module of the same name is loaded in its place. */
  readonly hiddenBy: Prefix | undefined;
  readonly imageState: ImageState;
  /**
   * Fields in which the easyconfig that it was installed from has changed since; empty where it is not known in which.
   * Undefined where it has not.
   */
  readonly differs: readonly string[] | undefined;
  readonly userSoftware: SoftwareState;
}

/** What is installed under all prefixes, by name, versions in their order. */
export async function listInstalled(
  { word = '', size = false, settings }: ListOptions,
  context: Context,
): Promise<{ readonly prefixes: readonly Prefix[]; readonly installs: readonly ListedInstall[] }> {
  const settingsNow = await readSettingsOf(context, settings);
  const prefixes = prefixesOf(settingsNow);
  const { oldDefaultPrefix: old } = settingsNow;
  const memory = await readInstallsMemory(prefixes, context);
  const records = await readAllRecords(prefixes, context, memory ?? 'but-files');
  await reportStopped(prefixes, context);
  if (old !== undefined && records.some(({ prefix }) => prefix === old))
    context.reporter.report({
      event: 'note',
      message: `${old} was the default prefix of earlier versions: what is installed there stays in use`,
    });
  const hidden = findHidden(records, prefixes, context.environment.MODULEPATH);
  const wanted = sortedNaturally(
    records.filter((each) => nameOrPlaceOf(each).toLowerCase().includes(word.toLowerCase())),
    placeOf,
  );
  const installDirs = wanted.flatMap(({ record, installDir }) => (record === undefined ? [] : [installDir]));
  const { signal } = context;
  const entries = memory === undefined ? new Map() : await readEntries(installDirs, memory, signal);
  const images = await findImageStates(wanted, entries, signal);
  const changes = await findChanges(wanted, { memory, signal });
  const software = await readSoftwareStates(installDirs, { measures: size, memory, entries, signal });
  // Of the others less is known now than before.
  if (wanted.length === records.length) await memory?.save();
  const defaults = await readDefaultsOf(prefixes);
  const isLoaded = makeIsLoaded(context);
  await tellOfStaleMpi(wanted, context);
  let of = 0;
  const installs = wanted.map(({ prefix, installDir, record, fault }, at): ListedInstall => {
    const place = { module: nameOf({ installDir, record }), prefix, installDir };
    if (record === undefined) return { ...place, fault };
    const [imageState = 'gone', userSoftware = { form: 'none', size: 0 }] = [images[at], software[of]];
    of += 1;
    const isDefault = defaults.get(prefix)?.get(record.name) === record.fullVersion;
    const hiddenBy = hidden.get(installDir);
    const states = {
      isDefault,
      isLoaded: isLoaded(installDir, record),
      hiddenBy,
      imageState,
      userSoftware,
      differs: changes[at],
    };
    return { ...place, fault, record, ...states };
  });
  return { prefixes, installs };
}

/** What lies in install dirs: of those that cannot be listed nothing is said. */
async function readEntries(
  installDirs: readonly HostPath[],
  memory: Memory,
  signal: AbortSignal,
): Promise<ReadonlyMap<HostPath, readonly KindAndName[]>> {
  const listings = await listKinds(installDirs, { memory, signal });
  return new Map(
    installDirs.flatMap((installDir, at) => {
      const kinds = listings[at];
      return kinds === undefined || kinds instanceof CtinstallError ? [] : [[installDir, kinds] as const];
    }),
  );
}

async function readDefaultsOf(prefixes: readonly Prefix[]): Promise<ReadonlyMap<Prefix, ReadonlyMap<string, string>>> {
  const found = new Map<Prefix, ReadonlyMap<string, string>>();
  for (const prefix of prefixes) found.set(prefix, await readDefaultVersions(prefix));
  return found;
}

/** A loaded module of ours has set `EBROOT<NAME>` to its install dir. */
function makeIsLoaded({ environment }: Context): (installDir: HostPath, record: InstallRecord) => boolean {
  const loaded = new Set((environment.LOADEDMODULES ?? '').split(':'));
  const roots = new Set(
    Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith('EBROOT') && value?.startsWith('/') ? [hostPath(value)] : [],
    ),
  );
  return (installDir, { moduleName }) => loaded.has(moduleName) && roots.has(installDir);
}

/** By what it is sorted: of one without a record, where it lies below the software of its prefix. */
function placeOf({ installDir, prefix, record }: PlacedRecord): string {
  return record?.moduleName ?? installDir.slice(joinHost(prefix, 'software').length + 1);
}

function nameOrPlaceOf({ installDir, record }: PlacedRecord): string {
  return record?.moduleName ?? installDir;
}

/** The module name, or where its record lies if that cannot be read. */
function nameOf({ installDir, record }: Pick<PlacedRecord, 'installDir' | 'record'>): string {
  return record?.moduleName ?? installDir.split('/').slice(-2).join('/');
}

/** What reads the libraries is loaded only where an install has some of the host's. */
async function tellOfStaleMpi(wanted: readonly PlacedRecord[], { reporter }: Context): Promise<void> {
  const states = await readFileStates(wanted.map(({ installDir }) => joinHost(installDir, '.ctinstall', 'mpi.json')));
  if (states.every((state) => state === undefined)) return;
  const { findStaleMpi } = await import('../mpi/stale-mpi.ts');
  for (const [at, { installDir, record }] of wanted.entries()) {
    if (states[at] === undefined || record === undefined) continue;
    for (const { path, what } of await findStaleMpi(installDir, record, { isThorough: false }))
      reporter.report({ event: 'warning', message: `${record.moduleName}: ${path} ${what}` });
  }
}
