import { fullVersionOf } from '../easyconfig/normalize.ts';
import type { Easyconfig } from '../easyconfig/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import type { Settings } from '../settings/types.ts';

/** As `module load` takes it on this machine. */
export function moduleNameFor(easyconfig: Easyconfig, settings: Settings): string {
  return `${areaOf(easyconfig, settings)}${easyconfig.name}/${fullVersionOf(easyconfig)}`;
}

/** What the site's naming scheme puts in front of `name/version`. */
function areaOf({ moduleclass }: Easyconfig, { namingScheme }: Settings): string {
  switch (namingScheme) {
    case 'name/version':
      return '';
    case 'container/name/version':
      return 'container/';
    case 'moduleclass/name/version':
      return `${moduleclass}/`;
    default:
      return assertNever(namingScheme);
  }
}
