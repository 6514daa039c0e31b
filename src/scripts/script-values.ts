import { variableNameOf } from '../easyconfig/rules.ts';
import type { ResolvedInstall } from '../resolve/types.ts';

/** The values that ctinstall fills into a script of this name. */
export function scriptValuesOf(script: string, install: ResolvedInstall): Record<string, string> {
  switch (script) {
    case 'start-shell':
      return {
        image_variable: `SIF${variableNameOf(install.name)}`,
        module: install.moduleName,
        runtime: install.runtime,
      };
    case 'squashfs-common.bash':
      return { module: install.moduleName, default_processors: String(install.squashfsProcessors) };
    default:
      return {};
  }
}
