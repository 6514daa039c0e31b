import { makeDirectory, readTextIfThere, removeFile, writeFileWhole } from '../host/files.ts';
import { type HostPath, hostPath, joinHost, type Prefix } from '../lib/paths.ts';
import {
  modulercMark,
  renderLmodModulerc,
  renderTclModulerc,
  type VersionMarks,
} from '../modulefile/render-modulerc.ts';
import { defaultVersionFile, readDefaultVersion } from '../records/default-version.ts';
import { type FindAreas, findModuleDirectories, removeEmptyParents } from '../records/other-modulefiles.ts';
import { type InstallRecord, readVersions } from '../records/record.ts';
import { takeLock } from '../transaction/lock.ts';
import type { LockedOptions } from '../transaction/types.ts';

export interface MarkChange {
  /** The version to be the default from now on; else it is left as it was. */
  readonly makeDefault?: string;
  readonly areasOf?: FindAreas;
}

/**
 * Writes down, beside the modulefiles of a module, which version is the default and which are hidden, from the records and
 * from what was asked for before. A file there that is not ctinstall's own is left alone, and named.
 */
export async function markVersions(
  prefix: Prefix,
  name: string,
  options: Omit<LockedOptions, 'waits'> & MarkChange,
): Promise<void> {
  const defaults = defaultVersionFile(prefix, name);
  const { makeDefault } = options;
  const unlock = await takeLock(joinHost(prefix, '.ctinstall', 'locks', `${name}.versions.lock`), {
    ...options,
    waits: true,
    // Others hold it for a moment, unless one was killed on another host.
    patience: 5000,
    onWait: (holder) => options.reporter.report({ event: 'note', message: `waiting for ${holder}` }),
  });
  try {
    const records = await readVersions(prefix, name);
    const before = await readDefaultVersion(prefix, name);
    const wanted = makeDefault ?? before;
    const chosen = records.find(({ fullVersion }) => fullVersion === wanted);
    if (chosen !== undefined && wanted !== before) {
      await makeDirectory(hostPath('..', defaults));
      await writeFileWhole(defaults, `${wanted}\n`, 0o644);
    } else if (chosen === undefined && before !== undefined) await removeFile(defaults);
    const directories = byDirectory(records);
    // The last modulefile may just have left one, for another naming scheme too.
    for (const directory of await findModuleDirectories(prefix, name, options.areasOf))
      if (!directories.has(directory)) directories.set(directory, []);
    for (const [directory, ours] of directories) {
      await writeMarks(directory, { records: ours, chosen: chosen?.moduleName }, options);
      if (ours.length === 0) await removeEmptyParents(joinHost(directory, 'modulefile'), prefix);
    }
  } finally {
    await unlock();
  }
}

/** The modules tool looks for marks in the directory of the modulefiles. */
function byDirectory(records: readonly InstallRecord[]): Map<HostPath, InstallRecord[]> {
  const found = new Map<HostPath, InstallRecord[]>();
  for (const record of records) {
    const directory = hostPath('..', hostPath(record.modulefile));
    found.set(directory, [...(found.get(directory) ?? []), record]);
  }
  return found;
}

async function writeMarks(
  directory: HostPath,
  { records, chosen }: { records: readonly InstallRecord[]; chosen: string | undefined },
  { reporter }: Pick<LockedOptions, 'reporter'>,
): Promise<void> {
  for (const [file, isOfTool, render] of [
    ['.modulerc.lua', (path: string) => path.endsWith('.lua'), renderLmodModulerc],
    ['.modulerc', (path: string) => !path.endsWith('.lua'), renderTclModulerc],
  ] as const) {
    const path = joinHost(directory, file);
    const there = await readTextIfThere(path);
    const own = records.filter(({ modulefile }) => isOfTool(modulefile));
    const marks: VersionMarks = {
      default: own.find(({ moduleName }) => moduleName === chosen)?.moduleName,
      hidden: own.filter(({ hidden }) => hidden).map(({ moduleName }) => moduleName),
    };
    const isNeeded = marks.default !== undefined || marks.hidden.length > 0;
    if (there !== undefined && !there.split('\n', 2).join('\n').includes(modulercMark)) {
      if (isNeeded)
        reporter.report({
          event: 'warning',
          message: `\`${path}\` is not ctinstall's and stays as it is: it says which version is the default and which are hidden`,
        });
    } else if (isNeeded) {
      const text = render(marks);
      if (text !== there) await writeFileWhole(path, text, 0o644);
    } else if (there !== undefined) await removeFile(path);
  }
}
