import type { GpuChoice } from '../../easyconfig/types.ts';
import type { ModulesTool } from '../../lib/paths.ts';
import type { ModuleText, Settings } from '../../settings/types.ts';
import { resolveContainerEnv } from '../container-env.ts';
import type { DirectoryBits, ResolvedInstall } from '../types.ts';
import type { Resolver } from './resolver.ts';

type Keys = 'gpu' | 'hasNvccli' | 'runtime' | 'squashfsProcessors' | 'squashfsExcludes' | 'containerEnv' | 'policy';

/** What the settings and the machine say, whatever is installed. */
export const resolvePolicy: Resolver<Keys> = ({ easyconfig, settings, facts }) => ({
  part: {
    // Without an image the settings cannot know what the module is for.
    gpu: gpuOf(easyconfig.gpu ?? (easyconfig.image === undefined ? 'none' : settings.gpu)),
    hasNvccli: settings.hasNvccli,
    runtime: facts.runtime,
    squashfsProcessors: settings.squashfsProcessors,
    squashfsExcludes: settings.squashfsExcludes,
    containerEnv: resolveContainerEnv(settings.containerEnv),
    policy: {
      hooks: settings.hooks,
      modulefileHeader: textFor(settings.modulefileHeader, settings.modulesTool),
      modulefileFooter: textFor(settings.modulefileFooter, settings.modulesTool),
      group: settings.group,
      directories: directoryBitsOf(settings),
      softwareUmask: softwareUmaskOf(settings),
      isReadOnly: settings.hasReadOnlyInstalls,
    },
  },
  issues: [],
});

/** Two names of one maker. */
function gpuOf(choice: GpuChoice): ResolvedInstall['gpu'] {
  return choice === 'nvidia' ? 'nv' : choice;
}

/** Where a group shares the prefix, its members may do all that the owner may. */
export function directoryBitsOf({
  umask,
  sharedWith,
}: Pick<Settings, 'umask' | 'sharedWith'>): DirectoryBits | undefined {
  if (umask !== undefined) return { set: 0o075 & ~umask, clear: (0o077 & umask) | 0o002, group: undefined };
  return sharedWith === undefined ? undefined : { set: 0o2070, clear: 0, group: sharedWith };
}

/** As for what ctinstall writes itself: nothing is for everybody to write. */
function softwareUmaskOf({ umask, sharedWith }: Settings): string | undefined {
  if (umask !== undefined) return (umask | 0o002).toString(8).padStart(3, '0');
  return sharedWith === undefined ? undefined : 'g=rwx,o-w';
}

/** What the site wants in modulefiles of one tool. */
function textFor(text: ModuleText | undefined, tool: ModulesTool): string | undefined {
  const own = typeof text === 'object' ? text[tool] : text;
  return own === undefined || own.trim() === '' ? undefined : own;
}
