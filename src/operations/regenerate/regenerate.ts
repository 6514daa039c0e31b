import { readText } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { joinHost, type Prefix } from '../../lib/paths.ts';
import { findAreasOnce } from '../../records/other-modulefiles.ts';
import { readRecords } from '../../records/record.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { resolveLoaded } from '../install/install-target.ts';
import { parseLoaded } from '../install/load-easyconfig.ts';
import { refuseSecondEnvironment } from '../install/refuse-second-environment.ts';
import { withWritablePrefix } from '../install/writable-prefix.ts';
import { findInstalled, type Installed } from '../installed/find-installed.ts';
import { type RegenerateOptions, regenerateTarget } from './regenerate-target.ts';
import type { Change } from './types.ts';

export interface RegenerateManyOptions extends RegenerateOptions {
  /** All, where none are named. */
  readonly modules: readonly string[];
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  /** Hears of all changes at once, before what failed is thrown. */
  readonly tell: (changes: readonly Change[]) => void;
}

/** Writes modulefiles and scripts anew, from the easyconfigs that were kept with the installs and the settings of now. */
export async function regenerate(options: RegenerateManyOptions, context: Context): Promise<void> {
  const { modules: names } = options;
  const settingsNow = await withWritablePrefix(await readSettingsOf(context, options.settings), context);
  const { oldDefaultPrefix: old } = settingsNow;
  checkPrefix(settingsNow);
  const failed: string[] = [];
  const changes: Change[] = [];
  const areasOf = findAreasOnce();
  const prefixes: [Prefix, ...Prefix[]] = [settingsNow.prefix, ...(old === undefined ? [] : [old])];
  for (const { installDir, record } of await chooseInstalls(names, prefixes, { context, failed })) {
    const isInOld = old !== undefined && installDir.startsWith(`${old}/`);
    const settings = isInOld ? { ...settingsNow, prefix: old } : settingsNow;
    try {
      const path = joinHost(installDir, '.ctinstall', 'easyconfig.yaml');
      const target = await resolveLoaded(parseLoaded(path, await readText(path)), settings, context);
      if (target.install.installDir !== installDir)
        throw new CtinstallError(
          'not-installed',
          `\`${record.moduleName}\` is not installed under \`${settings.prefix}\``,
          {
            hint: 'name its prefix with `--prefix <dir>`',
          },
        );
      await refuseSecondEnvironment(target.install, { settings, context });
      changes.push(...(await regenerateTarget(target, { ...options, areasOf }, { settings, context })));
    } catch (error) {
      // One that cannot be written anew must not keep the others from it.
      if (!(error instanceof CtinstallError) || error.code === 'interrupted' || names.length === 1) throw error;
      context.reporter.report({
        event: 'warning',
        message: `${record.moduleName}: ${error.message}`,
        hint: error.hint,
      });
      failed.push(record.moduleName);
    }
  }
  options.tell(changes);
  if (failed.length > 0)
    throw new CtinstallError('command-failed', `${failed.length} of the modules could not be rewritten`, {
      details: failed.map((moduleName) => `  ${formatLine(moduleName)}`),
    });
}

async function chooseInstalls(
  names: readonly string[],
  prefixes: readonly [Prefix, ...Prefix[]],
  { context, failed }: { context: Context; failed: string[] },
): Promise<Installed[]> {
  if (names.length > 0) return Promise.all(names.map((name) => findInstalled(name, prefixes, context)));
  return (await Promise.all(prefixes.map((prefix) => readRecords(prefix))))
    .flat()
    .flatMap(({ installDir, record, fault }) => {
      if (record !== undefined) return [{ installDir, record }];
      context.reporter.report({ event: 'warning', message: `${installDir}: ${fault}` });
      failed.push(installDir.split('/').slice(-2).join('/'));
      return [];
    });
}
