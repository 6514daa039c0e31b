import { type Finding, foundThing, unusableThing } from '../../lib/finding.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';
import { readKeptMpi } from './fit-installed.ts';
import { findStaleMpi } from './stale-mpi.ts';

/** Whether the libraries that installs were given of this machine's MPI are the same still. A line only where some were. */
export async function checkFittedMpi(settings: Settings, context: Context): Promise<Finding[]> {
  const what = 'fitted MPI';
  const fitted: string[] = [];
  const stale: { module: string; said: string }[] = [];
  for (const { installDir, record } of await readAllRecords(prefixesOf(settings), context).catch(() => [])) {
    if (record === undefined || ((await readKeptMpi(installDir))?.libraries.length ?? 0) === 0) continue;
    fitted.push(record.moduleName);
    const found = await findStaleMpi(installDir, record, { isThorough: true });
    stale.push(...found.map(({ path, what: how }) => ({ module: record.moduleName, said: `${path} ${how}` })));
  }
  const [first] = stale;
  if (fitted.length === 0) return [];
  if (first === undefined) return [foundThing(what, `${fitted.join(', ')}: the libraries are the same still`, [])];
  const modules = [...new Set(stale.map(({ module }) => module))];
  const more = stale.length === 1 ? '' : ` (${stale.length} libraries in all)`;
  const hint = `ctinstall regenerate ${modules.join(' ')}`;
  return [unusableThing(what, `${modules.join(', ')}: ${first.said}${more}`, [], { hint })];
}
