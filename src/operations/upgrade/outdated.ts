import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { findCandidatesWith } from '../install/choose-easyconfig.ts';
import { prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';
import { newerThan, newestInstalls } from './find-newer.ts';

export interface OutdatedInstall {
  readonly module: string;
  /** `name/version` of the newest easyconfig. */
  readonly newest: string;
  readonly easyconfig: string;
}

/** The installs of which there is a newer easyconfig, each by the newest version that is installed. */
export async function findOutdated(
  { settings: overrides }: { readonly settings: SettingsValues },
  context: Context,
): Promise<OutdatedInstall[]> {
  const settings = await readSettingsOf(context, overrides);
  checkPrefix(settings);
  const records = (await readAllRecords(prefixesOf(settings), context)).flatMap(({ record }) => record ?? []);
  const candidates = await findCandidatesWith('', { settings, context });
  return newestInstalls(records).flatMap((installed) => {
    const [newest] = newerThan(installed, candidates);
    if (newest === undefined) return [];
    const { moduleName: module } = installed;
    return { module, newest: `${newest.name}/${newest.fullVersion}`, easyconfig: newest.path };
  });
}
