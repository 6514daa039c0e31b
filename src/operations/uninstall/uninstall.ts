import { announceModule } from '../../apply/announce-module.ts';
import { listDirectory, lstatIfThere } from '../../host/files.ts';
import { measureTrees, type TreeSize } from '../../host/measure-trees.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, joinHost, type Prefix } from '../../lib/paths.ts';
import { placesOf } from '../../plan/places.ts';
import { findRemains, type Remains } from '../../records/find-remains.ts';
import { findUnlisted } from '../../records/find-unlisted.ts';
import { findOtherModulefiles, recordedModulefile } from '../../records/other-modulefiles.ts';
import { readRecord } from '../../records/record.ts';
import { hasEmptyUserSoftware, hasUserSoftware, isUserSoftware } from '../../records/user-software.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import type { InstallPlaces } from '../../transaction/types.ts';
import { filesToRemove, type Removable, uninstallFiles } from '../../transaction/uninstall.ts';
import { withInstallLock } from '../../transaction/with-install-lock.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { prefixesOf } from '../installed/all-prefixes.ts';
import { findInstalled, type Installed } from '../installed/find-installed.ts';
import { findUninstalled } from './find-uninstalled.ts';

export interface UninstallOptions {
  readonly module: string;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  readonly withUserSoftware?: boolean;
  readonly force?: boolean;
  /** Removes nothing. */
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

export interface Uninstalled {
  readonly moduleName: string;
  readonly installDir: HostPath;
  readonly keepsUserSoftware: boolean;
  /** An earlier run had removed it already. */
  readonly wasUninstalled: boolean;
  /** What would be removed, with a dry run: full paths. */
  readonly wouldRemove: readonly HostPath[];
  /** How much that is. */
  readonly size: TreeSize;
  /** What is left there that no record lists, where the removal was forced. */
  readonly others: readonly string[];
}

/** Counting more files would take longer than the answer is worth. */
const mostCounted = 200_000;

interface ToRemove {
  readonly moduleName: string;
  readonly places: InstallPlaces;
  /** An earlier run has removed it. */
  readonly isUninstalled?: boolean;
  /** Reads again what is there: another run may have changed it meanwhile, or one that was stopped was put back. */
  readonly listFiles: () => Promise<Removable | undefined>;
}

/** Removes what the record of an install lists; user software stays unless it is asked for by name. */
export async function uninstall(options: UninstallOptions, context: Context): Promise<Uninstalled> {
  const settings = await readSettingsOf(context, options.settings);
  const found = await findToRemove(options.module, { settings, isForced: options.force === true }, context);
  const { installDir } = found.places;
  const removesUserSoftware = options.withUserSoftware === true;
  if (options.dryRun === true) return foresee(found, removesUserSoftware, context.signal);
  const locking = { ...context, waits: options.wait !== false, forceUnlock: options.forceUnlock === true };
  context.reporter.report({ event: 'working', what: `uninstall ${formatLine(found.moduleName)}` });
  await withInstallLock(found.places, locking, async () => {
    const current = await found.listFiles();
    if (current !== undefined)
      await uninstallFiles(found.places, current, { removesUserSoftware, signal: context.signal });
    await announceModule(found.places, context);
  });
  return {
    moduleName: found.moduleName,
    installDir,
    keepsUserSoftware: await hasUserSoftware(installDir),
    wasUninstalled: found.isUninstalled === true,
    wouldRemove: [],
    size: { bytes: 0, files: 0, isWhole: true },
    others: options.force === true ? await findUnlisted(installDir, new Set()) : [],
  };
}

/** What an uninstall would do now. */
async function foresee(
  { moduleName, places, listFiles }: ToRemove,
  removesUserSoftware: boolean,
  signal: AbortSignal,
): Promise<Uninstalled> {
  const { installDir } = places;
  const record: Removable = (await listFiles()) ?? { modulefile: places.modulefile, retired: [], files: [] };
  const software = (await listDirectory(installDir)).map(({ name }) => name).filter(isUserSoftware);
  const candidates = [
    recordedModulefile(installDir, record.modulefile) ?? places.modulefile,
    ...(await findOtherModulefiles(installDir, places.modulefile)),
    ...[...filesToRemove(record), ...(removesUserSoftware ? software : [])].map((path) => joinHost(installDir, path)),
  ];
  const wouldRemove: HostPath[] = [];
  for (const path of new Set(candidates)) if ((await lstatIfThere(path)) !== undefined) wouldRemove.push(path);
  // A directory with nothing in it goes with the rest.
  const keepsUserSoftware =
    !removesUserSoftware && (await hasUserSoftware(installDir)) && !(await hasEmptyUserSoftware(installDir));
  const size = await measureTrees(wouldRemove, mostCounted, signal);
  return { moduleName, installDir, keepsUserSoftware, wasUninstalled: false, wouldRemove, size, others: [] };
}

/** @throws CtinstallError `not-installed`, with what is left where there is no record, unless that is to be removed */
async function findToRemove(
  moduleName: string,
  { settings, isForced }: { settings: Settings; isForced: boolean },
  context: Context,
): Promise<ToRemove> {
  let { prefix } = settings;
  let installed: Installed;
  try {
    installed = await findInstalled(moduleName, prefixesOf(settings), context, { prefersLoaded: false });
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code !== 'not-installed') throw error;
    const remains = await findRemains(moduleName, prefix);
    const [only] = remains;
    if (only === undefined) {
      const places = await findUninstalled(moduleName, prefix);
      if (places === undefined) throw error;
      return removalOfUninstalled(places);
    }
    if (!isForced || remains.length > 1) throw describeRemains(moduleName, remains);
    return removalOf(only, prefix);
  }
  const { installDir, record } = installed;
  const old = settings.oldDefaultPrefix;
  if (old !== undefined && installDir.startsWith(`${old}/`)) prefix = old;
  const places = placesOf(prefix, record.name, record.fullVersion, recordedModulefile(installDir, record.modulefile));
  if (places.installDir !== installDir)
    throw new CtinstallError(
      'not-installed',
      `\`${record.moduleName}\` is installed in \`${installDir}\`, not under the prefix \`${prefix}\``,
      { hint: 'name its prefix with `--prefix <dir>`' },
    );
  return {
    moduleName: record.moduleName,
    places,
    listFiles: async () => (await readRecord(installDir))?.record,
  };
}

function removalOf({ name, fullVersion, modulefiles }: Remains, prefix: Prefix): ToRemove {
  const places = placesOf(prefix, name, fullVersion, modulefiles[0]);
  return {
    moduleName: places.moduleName,
    places,
    listFiles: async () => {
      const [now] = await findRemains(`${name}/${fullVersion}`, prefix);
      if (now === undefined) return (await readRecord(places.installDir))?.record;
      return { modulefile: places.modulefile, retired: [], files: now.files.map((path) => ({ path })) };
    },
  };
}

/** Another uninstall has done it, but for what is asked for now; one that was stopped may have been put back. */
function removalOfUninstalled(places: InstallPlaces): ToRemove {
  return {
    moduleName: places.moduleName,
    places,
    isUninstalled: true,
    listFiles: async () =>
      (await readRecord(places.installDir))?.record ?? { modulefile: places.modulefile, retired: [], files: [] },
  };
}

function describeRemains(moduleName: string, remains: readonly Remains[]): CtinstallError {
  const shown = formatLine(moduleName);
  const names = remains.map(({ name, fullVersion }) => `${name}/${fullVersion}`);
  return new CtinstallError('not-installed', `no record says what belongs to \`${shown}\``, {
    details: remains.flatMap(({ fault, modulefiles, files, installDir }) => [
      `  ${formatLine(fault)}`,
      ...modulefiles.map((path) => `  there is the modulefile \`${formatLine(path)}\``),
      ...(files.length === 0
        ? []
        : [`  in \`${formatLine(installDir)}\` there are ${files.map(formatLine).join(', ')}`]),
    ]),
    hint:
      names.length > 1
        ? `name one of them, with \`--force\`: ${names.join(', ')}`
        : `\`ctinstall uninstall --force ${names[0]}\` removes these, and keeps your software; \`ctinstall --rebuild\` of its easyconfig repairs it`,
  });
}
