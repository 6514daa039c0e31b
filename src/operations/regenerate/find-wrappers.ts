import { neverWrapped } from '../../easyconfig/never-wrapped.ts';
import { isDirectory, isFile, listDirectory, lstatIfThere, statIfThere } from '../../host/files.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { FoundWrappers } from '../../plan/plan-regenerate.ts';
import type { InstallRecord } from '../../records/record.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import { judgeNames } from '../../resolve/wrapper-names.ts';
import { namesOfScripts } from '../../scripts/names.ts';

type Install = Pick<ResolvedInstall, 'installDir' | 'userSoftware' | 'wrappers'>;

/**
 * What wrappers there are to be of the programs in user software, without a look into the image: of the directories that the
 * easyconfig names, and of console scripts that the user installed; with `isUpdate` also of those that have none yet.
 */
export async function findWrappers(install: Install, record: InstallRecord, isUpdate: boolean): Promise<FoundWrappers> {
  const before = record.userWrappers ?? [];
  const { installDir, userSoftware, wrappers } = install;
  const software = joinHost(installDir, 'user-software');
  const isOpen = (await isDirectory(software)) && !(await isFile(joinHost(installDir, 'user-software.squashfs')));
  // What is packed cannot be looked into.
  if (!isOpen) return { inDirectories: [], areAllSeen: false, user: before, gone: [] };
  const inDirectories: string[] = [];
  let areAllSeen = wrappers.directories.length > 0;
  for (const { from, except } of wrappers.directories) {
    const isSeen = from.startsWith(`${userSoftware.path}/`);
    if (!isSeen) areAllSeen = false;
    else {
      const there = await programsIn(joinHost(software, from.slice(userSoftware.path.length + 1)));
      inDirectories.push(...there.filter((name) => !except.includes(name)));
    }
  }
  const scripts =
    record.venv === undefined ? [] : await consoleScriptsIn(joinHost(software, 'venv', record.venv, 'bin'));
  const named = wrappers.commands.map(({ name }) => name);
  const user = (isUpdate ? scripts : before.filter((name) => scripts.includes(name))).filter(
    (name) => ![...named, ...inDirectories].includes(name),
  );
  const gone = before.filter((name) => !user.includes(name));
  return { inDirectories: allowed(inDirectories), areAllSeen, user: allowed(user), gone };
}

/** Console scripts that packages brought: not the Python and pip of the virtual environment itself. */
export async function consoleScriptsIn(directory: HostPath): Promise<string[]> {
  return (await programsIn(directory)).filter((name) => !/^(python|pip|activate)[\d.]*/.test(name));
}

async function programsIn(directory: HostPath): Promise<string[]> {
  if (!(await isDirectory(directory))) return [];
  const names = (await listDirectory(directory)).map(({ name }) => name).sort();
  const programs = await Promise.all(names.map((name) => isProgram(joinHost(directory, name))));
  return names.filter((_, at) => programs[at]);
}

/** A link may lead to what only the container has. */
async function isProgram(path: HostPath): Promise<boolean> {
  const stats = await statIfThere(path);
  if (stats !== undefined) return stats.isFile() && (stats.mode & 0o111) !== 0;
  return (await lstatIfThere(path))?.isSymbolicLink() === true;
}

function allowed(names: readonly string[]): string[] {
  const scripts = namesOfScripts('bin');
  const refused = judgeNames([...names], neverWrapped).refused.flatMap((each) => each.names);
  return [...new Set(names)].filter((name) => !refused.includes(name) && !scripts.includes(name));
}
