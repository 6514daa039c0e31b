import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath, Prefix } from '../../lib/paths.ts';
import { readDefaultVersion } from '../../records/default-version.ts';
import { readModuleKind } from '../../records/module-kind.ts';
import type { InstallRecord } from '../../records/record.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import { findHidden, prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';

/** A module of ctinstall: installed, or about to be. */
interface Known {
  readonly prefix: Prefix;
  readonly module: Pick<InstallRecord, 'name' | 'fullVersion' | 'moduleName' | 'modulefile' | 'moduleKind'>;
}

interface Where {
  readonly settings: Settings;
  readonly context: Context;
  /** What the same run installs, too. */
  readonly beside?: readonly ResolvedInstall[];
}

/**
 * Of environments one is loaded at a time: one that loads another first is put in its place or refused by the modules tool,
 * so that it can never be loaded well. Modules that are not ctinstall's are not known, and not looked at.
 * @throws CtinstallError `easyconfig-invalid`
 */
export async function refuseSecondEnvironment(install: ResolvedInstall, where: Where): Promise<void> {
  const { moduleKind, moduleName, dependsOn } = install;
  if (moduleKind !== 'environment' || dependsOn.length === 0) return;
  const known = await readKnown(install, where);
  for (const wanted of dependsOn)
    for (const other of await findMeant(wanted, known))
      if ((await readModuleKind(other)) === 'environment')
        throw new CtinstallError(
          'easyconfig-invalid',
          `\`${moduleName}\` depends on \`${other.moduleName}\`, and both are environments, of which one can be loaded at a time`,
          {
            hint: `write \`module_kind: tool\` into the easyconfig of the one that only has programs, or leave \`${wanted}\` out of \`depends_on\``,
          },
        );
}

/** The same of one more that a run installs, and of those before it that depend on it. */
export async function refuseAmongRequested(
  install: ResolvedInstall,
  before: readonly ResolvedInstall[],
  { settings, context }: Where,
): Promise<void> {
  const beside = [...before, install];
  const onIt = before.filter(({ dependsOn }) => dependsOn.some((wanted) => canMean(wanted, install.moduleName)));
  for (const each of [install, ...onIt]) await refuseSecondEnvironment(each, { settings, context, beside });
}

/** All others that `module load` reaches; of those that are installed anew, as they will be. */
async function readKnown({ installDir }: ResolvedInstall, { settings, context, beside = [] }: Where): Promise<Known[]> {
  const prefixes = prefixesOf(settings);
  const records = await readAllRecords(prefixes, context);
  const hidden = findHidden(records, prefixes, context.environment.MODULEPATH);
  const replaced: readonly HostPath[] = [installDir, ...beside.map((each) => each.installDir)];
  const installed = records.flatMap(({ record, prefix, installDir: own }) =>
    record === undefined || hidden.has(own) || replaced.includes(own) ? [] : [{ module: record, prefix }],
  );
  const others = beside.filter((each) => each.installDir !== installDir);
  return [...installed, ...others.map((module) => ({ module, prefix: module.prefix }))];
}

/**
 * The modules that a name of `depends_on` can mean: the one of that name; of a name without a version the default, or any;
 * of the beginning of a version any that begins so, as modules tools have it.
 */
async function findMeant(wanted: string, known: readonly Known[]): Promise<Known['module'][]> {
  const fitting = known.filter(({ module }) => canMean(wanted, module.moduleName));
  const exact = fitting.filter(({ module }) => module.moduleName === wanted);
  if (exact.length > 0) return exact.map(({ module }) => module);
  const areDefault = await Promise.all(fitting.map(isDefault));
  const chosen = fitting.filter((_, at) => areDefault[at]);
  return (chosen.length > 0 ? chosen : fitting).map(({ module }) => module);
}

function canMean(wanted: string, moduleName: string): boolean {
  return moduleName.startsWith(wanted) && /^($|\/|[.-][^/]+$)/.test(moduleName.slice(wanted.length));
}

async function isDefault({ module, prefix }: Known): Promise<boolean> {
  return (await readDefaultVersion(prefix, module.name)) === module.fullVersion;
}
