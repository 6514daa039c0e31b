import type { Plan } from '../plan/types.ts';
import { forgetSpiderCache } from './forget-spider-cache.ts';
import { markVersions } from './mark-versions.ts';
import type { ApplyOptions } from './types.ts';

/** Has the modules tool see a module that was installed, changed or removed: at once, and as the default if it is to be. */
export async function announceModule(
  { prefix, installDir }: Pick<Plan, 'prefix' | 'installDir'>,
  options: ApplyOptions,
): Promise<void> {
  const [name = '', fullVersion = ''] = installDir.split('/').slice(-2);
  const makeDefault = options.isDefault === true ? { makeDefault: fullVersion } : {};
  await markVersions(prefix, name, { ...options, ...makeDefault });
  await forgetSpiderCache(options.environment);
}
