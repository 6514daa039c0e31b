import { CtinstallError } from '../../lib/errors.ts';
import { nearestWords } from '../../lib/near.ts';
import { type HostPath, hostPath, type Prefix } from '../../lib/paths.ts';
import { type InstallRecord, readRecord } from '../../records/record.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { prefixesOf, readAllRecords } from './all-prefixes.ts';

export interface Installed {
  readonly installDir: HostPath;
  readonly record: InstallRecord;
}

/**
 * The install that a module name means: `name/version`, or `name` where one version is installed or loaded. Of the same
 * name in several prefixes, the one that is loaded, else that of the first prefix. For what removes it, what is loaded decides
 * nothing.
 * @throws CtinstallError `not-installed` with near names, `module-not-named` where several fit
 */
export async function findInstalled(
  moduleName: string,
  prefixes: readonly [Prefix, ...Prefix[]],
  context: Context,
  { prefersLoaded = true }: { readonly prefersLoaded?: boolean } = {},
): Promise<Installed> {
  const installed = (await readAllRecords(prefixes, context)).flatMap(({ installDir, record }) =>
    record === undefined ? [] : [{ installDir, record }],
  );
  const inUse = await loadedInstalls(context);
  const all = prefersLoaded ? [...inUse, ...installed] : [...installed, ...inUse];
  // Of equal keys the last counts in a map.
  const known = [...new Map(all.toReversed().map((each) => [each.record.moduleName, each])).values()].toReversed();
  const exact =
    known.find(({ record }) => record.moduleName === moduleName) ??
    known.find(({ record }) => `${record.name}/${record.fullVersion}` === moduleName);
  if (exact !== undefined) return exact;
  const isNamed = ({ record }: Installed): boolean =>
    [record.name, record.moduleName.slice(0, record.moduleName.lastIndexOf('/'))].includes(moduleName);
  const versions = known.filter(isNamed);
  const loaded = prefersLoaded ? inUse.filter(isNamed) : [];
  const [only] = loaded.length === 1 ? loaded : versions;
  if (only !== undefined && (versions.length === 1 || loaded.length === 1)) return only;
  if (versions.length > 1)
    throw new CtinstallError('module-not-named', `several versions of \`${moduleName}\` are installed`, {
      details: versions.map(({ record }) => `  ${record.moduleName}`),
      hint: 'name one of them',
    });
  const near = nearestWords(
    moduleName,
    known.flatMap(({ record }) => [record.moduleName, record.name]),
  );
  throw new CtinstallError(
    'not-installed',
    `\`${moduleName}\` is not installed under ${prefixes.map((prefix) => `\`${prefix}\``).join(' or ')}`,
    {
      hint:
        near.length > 0
          ? `did you mean ${near.map((name) => `\`${name}\``).join(' or ')}?`
          : 'see what is with `ctinstall list`',
    },
  );
}

/** The install, of an image, of a module that is named, in any prefix, or else of the one that is loaded. */
export async function findNamedOrLoaded(
  moduleName: string | undefined,
  settings: Pick<Settings, 'prefix' | 'morePrefixes'>,
  context: Context,
): Promise<Installed> {
  if (moduleName === undefined) return findLoaded(context);
  return requireImage(await findInstalled(moduleName, prefixesOf(settings), context));
}

/** For what has to do with a container of the install's own. @throws CtinstallError `usage` for a module of no image */
export function requireImage(installed: Installed): Installed {
  const { record } = installed;
  if (record.image !== undefined) return installed;
  throw new CtinstallError(
    'usage',
    `${record.moduleName} is of no image (\`image: none\`): it has no container of its own`,
  );
}

/**
 * The install whose module is loaded in this shell.
 * @throws CtinstallError `module-not-named` where none is, or several are
 */
export async function findLoaded(context: Context): Promise<Installed> {
  // Those of no image are for other containers.
  const loaded = (await loadedInstalls(context)).filter(({ record }) => record.image !== undefined);
  const [only] = loaded;
  if (only !== undefined && loaded.length === 1) return only;
  if (only === undefined)
    throw new CtinstallError('module-not-named', 'no module of ctinstall is loaded', {
      hint: 'load one (`module load mpi4py/…`), or name it, such as `mpi4py/…`: `ctinstall list` says which there are',
    });
  throw new CtinstallError('module-not-named', 'several modules of ctinstall are loaded', {
    details: loaded.map(({ record }) => `  ${record.moduleName}`),
    hint: 'name one of them',
  });
}

/** A loaded module of ours has set `EBROOT<NAME>` to its install dir. */
async function loadedInstalls({ environment }: Context): Promise<Installed[]> {
  const roots = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith('EBROOT') && value?.startsWith('/') ? [value] : [],
  );
  const records = await Promise.all([...new Set(roots)].map((root) => readRecord(hostPath(root))));
  const loaded = new Set((environment.LOADEDMODULES ?? '').split(':'));
  return records.flatMap((read) => (read?.record !== undefined && loaded.has(read.record.moduleName) ? [read] : []));
}
