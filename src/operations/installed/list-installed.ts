import { readFileStates } from '../../host/many-files.ts';
import { type HostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import type { InstallRecord } from '../../records/record.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { findHidden, type PlacedRecord, prefixesOf, readAllRecords } from './all-prefixes.ts';
import { reportStopped } from './report-stopped.ts';

export interface ListOptions {
  /** Only those that have it in their name; all without one. */
  readonly word: string | undefined;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
}

/** What is known of an install; all but the first three from its record, which may be at fault. */
export interface ListedInstall {
  readonly module: string;
  readonly prefix: Prefix;
  readonly installDir: HostPath;
  /** The prefix whose module of the same name is loaded in its place. */
  readonly hiddenBy: Prefix | undefined;
  readonly image: string | undefined;
  /** Bytes. */
  readonly imageSize: number | undefined;
  readonly hasOwnImage: boolean | undefined;
  readonly installed: string | undefined;
  /** Why the record cannot be read. */
  readonly fault: string | undefined;
}

/** What is installed under all prefixes. */
export async function listInstalled(
  { word = '', settings }: ListOptions,
  context: Context,
): Promise<{ readonly prefixes: readonly Prefix[]; readonly installs: readonly ListedInstall[] }> {
  const prefixes = prefixesOf(await readSettingsOf(context, settings));
  const records = await readAllRecords(prefixes, context);
  await reportStopped(prefixes, context);
  const hidden = findHidden(records, prefixes, context.environment.MODULEPATH);
  const wanted = records.filter((each) => nameOrPlaceOf(each).toLowerCase().includes(word.toLowerCase()));
  if (prefixes.length > 1) wanted.sort((a, b) => compareNames(nameOf(a), nameOf(b)));
  const images = await readFileStates(
    wanted.map(({ installDir, record }) => joinHost(installDir, record?.image.file ?? '')),
    context.signal,
  );
  const installs = wanted.map(({ prefix, installDir, record, fault }, at) => ({
    module: nameOf({ installDir, record }),
    prefix,
    installDir,
    hiddenBy: hidden.get(installDir),
    image: record?.image.file,
    imageSize: record?.image.size,
    hasOwnImage: record && mayHaveOwnImage(record) && images[at]?.isFile === true,
    installed: record?.installed,
    fault,
  }));
  return { prefixes, installs };
}

function nameOrPlaceOf({ installDir, record }: PlacedRecord): string {
  return record?.moduleName ?? installDir;
}

/** The module name, or where its record lies if that cannot be read. */
function nameOf({ installDir, record }: Pick<PlacedRecord, 'installDir' | 'record'>): string {
  return record?.moduleName ?? installDir.split('/').slice(-2).join('/');
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mayHaveOwnImage({ image }: InstallRecord): boolean {
  return !['central', 'linked'].includes(image.how);
}
