import { type HostPath, modulePathOf } from '../../lib/paths.ts';
import { settingsPlaces } from '../../settings/files.ts';
import { listSettingsSources, type SettingsSourceList } from '../../settings/read-sources.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { withWritablePrefix } from '../install/writable-prefix.ts';
import { prefixesOf } from '../installed/all-prefixes.ts';

/** What the module of ctinstall puts on `MODULEPATH`: first where installs go, then the further prefixes. */
export interface ModulePaths {
  readonly paths: readonly HostPath[];
  readonly sources: SettingsSourceList;
}

export async function findModulePaths(context: Context): Promise<ModulePaths> {
  // Which prefix is taken in place of which is told by who installs there.
  const silent = { ...context, reporter: { report: () => undefined } };
  const settings = await withWritablePrefix(await readSettingsOf(silent, {}), silent);
  return {
    paths: prefixesOf(settings).map(modulePathOf),
    sources: await listSettingsSources(settingsPlaces(context), {
      site: settings.site,
      environment: context.environment,
    }),
  };
}
