import { announceModule } from '../../apply/announce-module.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand } from '../../lib/format.ts';
import { asPrefix, hostPath, installDirOf } from '../../lib/paths.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { chooseAmong, findCandidatesWith } from '../install/choose-easyconfig.ts';
import { type InstallOptions, install } from '../install/install.ts';
import type { TellInstall } from '../install/told.ts';
import { prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';
import { findInstalled, type Installed } from '../installed/find-installed.ts';
import { type CarriedPackages, carryPackages } from './carry-packages.ts';
import { newerThan, newestInstalls } from './find-newer.ts';

export interface UpgradeOptions extends Pick<InstallOptions, 'default' | 'dryRun' | 'allowHostCommands' | 'wait'> {
  /** Names of software or of modules. */
  readonly modules: readonly string[];
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  readonly tell: (upgraded: Upgraded) => void;
  /** Hears of the installs. */
  readonly tellInstall: TellInstall;
}

export interface Upgraded extends CarriedPackages {
  /** The module that stays. */
  readonly from: string;
  /** The new one; undefined where there is none newer. */
  readonly to: string | undefined;
}

/**
 * Installs the newest easyconfig beside what is installed, and carries over the packages that the user added. The earlier
 * version stays.
 * @throws CtinstallError `command-failed` where packages could not be carried over
 */
export async function upgrade(options: UpgradeOptions, context: Context): Promise<void> {
  const settings = await readSettingsOf(context, options.settings);
  checkPrefix(settings);
  const failed: CarriedPackages[] = [];
  for (const module of options.modules) {
    const upgraded = await upgradeOne(await findNewestOf(module, settings, context), options, { settings, context });
    options.tell(upgraded);
    if (upgraded.failed.length > 0) failed.push(upgraded);
  }
  if (failed.length === 0) return;
  const packages = failed.flatMap((each) => each.failed);
  throw new CtinstallError(
    'command-failed',
    `${packages.length} package${packages.length === 1 ? '' : 's'} could not be carried over`,
    {
      details: packages.map(({ name, why }) => `  ${name}: ${why}`),
      hint: `the new version is installed; to try again: ${failed.map(({ again }) => again).join('; ')}`,
    },
  );
}

async function upgradeOne(
  from: Installed,
  options: UpgradeOptions,
  { settings, context }: { settings: Settings; context: Context },
): Promise<Upgraded> {
  const { moduleName, name } = from.record;
  const nothing = { from: moduleName, to: undefined, carried: [], failed: [], again: undefined };
  const candidates = newerThan(from.record, await findCandidatesWith(name, { settings, context }));
  const [first, ...others] = candidates;
  if (first === undefined) {
    const prefix = asPrefix(hostPath(from.record.prefix));
    const installDir = installDirOf(prefix, name, from.record.fullVersion);
    if (options.default === true && options.dryRun !== true)
      await announceModule({ prefix, installDir }, { ...context, isDefault: true });
    return nothing;
  }
  const path = await chooseAmong(name, [first, ...others], { settings, context, hasImage: false });
  const { default: isDefault, dryRun, allowHostCommands, wait } = options;
  const flags = withoutUndefined({ default: isDefault, dryRun, allowHostCommands, wait });
  await install({ ...flags, easyconfigs: [path], settings: options.settings, tell: options.tellInstall }, context);
  const chosen = candidates.find((each) => each.path === path);
  const to = chosen === undefined ? undefined : `${chosen.name}/${chosen.fullVersion}`;
  if (to === undefined || dryRun === true) return { ...nothing, to };
  const installed = await findInstalled(to, prefixesOf(settings), context);
  return { from: moduleName, to: installed.record.moduleName, ...(await carryPackages(from, installed, context)) };
}

/** The install that a name means: of several versions the newest. */
async function findNewestOf(module: string, settings: Settings, context: Context): Promise<Installed> {
  const prefixes = prefixesOf(settings);
  const named = (await readAllRecords(prefixes, context)).flatMap(({ installDir, record }) =>
    record?.name === module ? [{ installDir, record }] : [],
  );
  const newest = newestInstalls(named.map(({ record }) => record));
  const [only] = newest;
  // Of several flavours it must be said which; and so must a module name.
  const wanted = newest.length === 1 ? only?.moduleName : undefined;
  return named.find(({ record }) => record.moduleName === wanted) ?? findInstalled(module, prefixes, context);
}

function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };
}

/** The command that removes the version that stays. */
export function uninstallCommandOf({ from }: Upgraded): string {
  return formatCommand(['ctinstall', 'uninstall', from]);
}
