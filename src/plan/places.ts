import {
  type HostPath,
  installDirOf,
  lockFileOf,
  modulefileOf,
  moduleNameOf,
  type Prefix,
  retiredDirOf,
  stagingDirOf,
} from '../lib/paths.ts';
import type { Plan } from './types.ts';

/** Where everything of one install lies. */
export function placesOf(
  prefix: Prefix,
  name: string,
  fullVersion: string,
  modulefile: HostPath = modulefileOf(prefix, `${name}/${fullVersion}`),
): Omit<Plan, 'steps'> {
  return {
    moduleName: moduleNameOf(prefix, modulefile),
    prefix,
    lock: lockFileOf(prefix, name, fullVersion),
    staging: stagingDirOf(prefix, name, fullVersion),
    retired: retiredDirOf(prefix, name, fullVersion),
    installDir: installDirOf(prefix, name, fullVersion),
    modulefile,
  };
}
