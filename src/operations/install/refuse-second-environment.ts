import { CtinstallError } from '../../lib/errors.ts';
import type { Prefix } from '../../lib/paths.ts';
import { readDefaultVersion } from '../../records/default-version.ts';
import { readModuleKind } from '../../records/module-kind.ts';
import type { InstallRecord } from '../../records/record.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { findHidden, type PlacedRecord, prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';

/**
 * Of environments one is loaded at a time: one that loads another first is put in its place or refused by the modules tool,
 * so that it can never be loaded well. Modules that are not ctinstall's are not known, and not looked at.
 * @throws CtinstallError `easyconfig-invalid`
 */
export async function refuseSecondEnvironment(
  { moduleKind, moduleName, dependsOn, installDir }: ResolvedInstall,
  settings: Settings,
  context: Context,
): Promise<void> {
  if (moduleKind !== 'environment' || dependsOn.length === 0) return;
  const prefixes = prefixesOf(settings);
  const all = await readAllRecords(prefixes, context);
  const hidden = findHidden(all, prefixes, context.environment.MODULEPATH);
  const others = all.filter((each) => each.installDir !== installDir && !hidden.has(each.installDir));
  for (const wanted of dependsOn)
    for (const record of await findMeant(wanted, others))
      if ((await readModuleKind(record)) === 'environment')
        throw new CtinstallError(
          'easyconfig-invalid',
          `\`${moduleName}\` depends on \`${record.moduleName}\`, and both are environments, of which one can be loaded at a time`,
          {
            hint: `write \`module_kind: tool\` into the easyconfig of the one that only brings programs, or leave \`${wanted}\` out of \`depends_on\``,
          },
        );
}

/**
 * The installs that a name of `depends_on` can mean: the one of that name; of a name without a version the default, or any;
 * of the beginning of a version any that begins so, as modules tools have it.
 */
async function findMeant(wanted: string, records: readonly PlacedRecord[]): Promise<InstallRecord[]> {
  const placed = records.flatMap(({ record, prefix }) => (record === undefined ? [] : [{ record, prefix }]));
  const exact = placed.filter(({ record }) => record.moduleName === wanted);
  if (exact.length > 0) return exact.map(({ record }) => record);
  const fitting = placed.filter(({ record: { moduleName } }) => {
    const rest = moduleName.startsWith(wanted) ? moduleName.slice(wanted.length) : '';
    return /^(\/|[.-][^/]+$)/.test(rest);
  });
  const defaults = await Promise.all(fitting.map(isDefault));
  const chosen = fitting.filter((_, at) => defaults[at]);
  return (chosen.length > 0 ? chosen : fitting).map(({ record }) => record);
}

async function isDefault({ record, prefix }: { record: InstallRecord; prefix: Prefix }): Promise<boolean> {
  return (await readDefaultVersion(prefix, record.name)) === record.fullVersion;
}
