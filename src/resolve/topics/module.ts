import { modulefileOf } from '../../lib/paths.ts';
import { moduleKindOf } from '../module-kind.ts';
import { moduleNameFor } from '../module-name.ts';
import type { Resolver } from './resolver.ts';

type Keys =
  | 'fullVersion'
  | 'moduleName'
  | 'moduleclass'
  | 'dependsOn'
  | 'buildDependencies'
  | 'conflicts'
  | 'moduleKind'
  | 'isHidden'
  | 'prefix'
  | 'installDir'
  | 'modulefile'
  | 'modulesTool';

/** The module, and where it lies. */
export const resolveModule: Resolver<Keys> = ({ easyconfig, settings, facts, fullVersion, installDir }) => {
  const moduleName = moduleNameFor(easyconfig, settings);
  const moduleKind = moduleKindOf(easyconfig, facts.scripts.wrappers);
  // Modules of the site that set binds too cannot stand beside one that sets them; a tool's sets none.
  const ofSite = moduleKind === 'tool' ? [] : settings.moduleConflicts;
  // The modulefile of `1.0` is `1.0.lua`: where the other modules tool is used, that of `1.0.lua` would be too.
  const isAmbiguous = fullVersion.endsWith('.lua');
  return {
    part: {
      fullVersion,
      moduleName,
      moduleclass: easyconfig.moduleclass,
      dependsOn: [...new Set([settings.runtimeModule ?? [], easyconfig.dependsOn].flat())],
      buildDependencies: easyconfig.buildDependencies,
      conflicts: [...new Set([...easyconfig.conflicts, ...ofSite])],
      moduleKind,
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
