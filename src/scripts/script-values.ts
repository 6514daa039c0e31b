import { variableNameOf } from '../easyconfig/rules.ts';
import type { HostPath } from '../lib/paths.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import type { ScriptValues } from './fill-script.ts';
import { environmentValuesOf, wrapperValuesOf } from './wrapper-values.ts';

/** The values that ctinstall fills into a script of this name. `images`: where the module looks for the image. */
export function scriptValuesOf(script: string, install: ResolvedInstall, images: readonly HostPath[]): ScriptValues {
  const entering = {
    image_variable: `SIF${variableNameOf(install.name)}`,
    module: install.moduleName,
    runtime: install.runtime,
  };
  switch (script) {
    case 'start-shell':
      return entering;
    case 'in-container':
      return { ...entering, ...wrapperValuesOf(install) };
    case 'in-container.bash':
      return environmentValuesOf(install, images);
    case 'squashfs-common.bash':
      return { module: install.moduleName, default_processors: String(install.squashfsProcessors) };
    default:
      return {};
  }
}
