import { CtinstallError } from '../../lib/errors.ts';
import { type HostPath, modulePathOf, type Prefix } from '../../lib/paths.ts';
import { type ReadOf, type ReadRecord, readRecords } from '../../records/record.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';

/** The user's prefix, then those of the project and the site. */
export function prefixesOf({ prefix, morePrefixes }: Pick<Settings, 'prefix' | 'morePrefixes'>): [Prefix, ...Prefix[]] {
  return [prefix, ...morePrefixes];
}

export type PlacedRecord = ReadRecord & { readonly prefix: Prefix };

/**
 * All records of all prefixes, one prefix after the other. A further prefix that cannot be read is told of and left out:
 * it may be another project's.
 */
export async function readAllRecords(
  prefixes: readonly [Prefix, ...Prefix[]],
  { reporter }: Pick<Context, 'reporter'>,
  readOf: ReadOf = 'all',
): Promise<PlacedRecord[]> {
  const all: PlacedRecord[] = [];
  for (const prefix of prefixes)
    try {
      for (const record of await readRecords(prefix, readOf)) all.push({ ...record, prefix });
    } catch (error) {
      if (!(error instanceof CtinstallError) || prefix === prefixes[0]) throw error;
      reporter.report({ event: 'warning', message: error.message, hint: 'it is one of `more_prefixes`' });
    }
  return all;
}

/**
 * Which installs `module load` does not reach, as another prefix has a module of the same name: install dir → that prefix.
 * The module path decides, and the order of the prefixes where that does not hold them.
 */
export function findHidden(
  records: readonly PlacedRecord[],
  prefixes: readonly Prefix[],
  modulePath: string | undefined,
): ReadonlyMap<HostPath, Prefix> {
  const inUse = (modulePath ?? '').split(':');
  const rankOf = (prefix: Prefix): number => {
    const at = inUse.indexOf(modulePathOf(prefix));
    return at < 0 ? inUse.length : at;
  };
  const strongestFirst = prefixes.toSorted((a, b) => rankOf(a) - rankOf(b));
  const reached = new Map<string, Prefix>();
  for (const prefix of strongestFirst)
    for (const { record, prefix: own } of records)
      if (record !== undefined && own === prefix && !reached.has(record.moduleName))
        reached.set(record.moduleName, prefix);
  return new Map(
    records.flatMap(({ record, installDir, prefix }) => {
      const reachedPrefix = record && reached.get(record.moduleName);
      return reachedPrefix === undefined || reachedPrefix === prefix ? [] : [[installDir, reachedPrefix] as const];
    }),
  );
}
