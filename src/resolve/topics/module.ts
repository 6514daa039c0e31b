import { modulefileOf } from '../../lib/paths.ts';
import { moduleNameFor } from '../module-name.ts';
import type { Resolver } from './resolver.ts';

type Keys =
  | 'fullVersion'
  | 'moduleName'
  | 'moduleclass'
  | 'dependsOn'
  | 'isHidden'
  | 'prefix'
  | 'installDir'
  | 'modulefile'
  | 'modulesTool';

/** The module, and where it lies. */
export const resolveModule: Resolver<Keys> = ({ easyconfig, settings, fullVersion, installDir }) => {
  const moduleName = moduleNameFor(easyconfig, settings);
  // The modulefile of `1.0` is `1.0.lua`: where the other modules tool is used, that of `1.0.lua` would be too.
  const isAmbiguous = fullVersion.endsWith('.lua');
  return {
    part: {
      fullVersion,
      moduleName,
      moduleclass: easyconfig.moduleclass,
      dependsOn: [...new Set([settings.runtimeModule ?? [], easyconfig.dependsOn].flat())],
      isHidden: easyconfig.isHidden,
      prefix: settings.prefix,
      installDir,
      modulefile: modulefileOf(settings.prefix, moduleName, settings.modulesTool),
      modulesTool: settings.modulesTool,
    },
    issues: isAmbiguous
      ? [{ path: ['version'], message: '`.lua` at the end of a version is the ending of modulefiles', hint: undefined }]
      : [],
  };
};
