import type { HostPath } from '../lib/paths.ts';
import { activatorOf, runscriptsInside, venvsInside } from '../modulefile/container-environment.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import type { ScriptValues } from './fill-script.ts';
import { containerEnvValuesOf, environmentValuesOf, wrapperValuesOf } from './wrapper-values.ts';

/** The values that ctinstall fills into a script of this name. `images`: where the module looks for the image. */
export function scriptValuesOf(script: string, install: ResolvedInstall, images: readonly HostPath[]): ScriptValues {
  switch (script) {
    case 'start-shell':
      return {
        module: install.moduleName,
        install_dir: install.installDir,
        activation: activatorOf(install) === undefined ? '' : `${runscriptsInside}/shell-rc`,
      };
    case 'in-container':
      return wrapperValuesOf(install);
    case 'in-container.bash':
      return environmentValuesOf(install, images);
    case 'container-env.bash':
      return containerEnvValuesOf(install);
    case 'pip-when-packed':
      return { module: install.moduleName, software_umask: install.policy.softwareUmask ?? '' };
    case 'make-venv':
      return { venvs: venvsInside(install.userSoftware), software_umask: install.policy.softwareUmask ?? '' };
    case 'squashfs-common.bash':
      return { module: install.moduleName, default_processors: String(install.squashfsProcessors) };
    case 'squashfs-contents.bash':
      return { default_excludes: install.squashfsExcludes.join(':') };
    default:
      return {};
  }
}
