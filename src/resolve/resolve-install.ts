import { describeBadImageSource } from '../easyconfig/image-source.ts';
import { fullVersionOf } from '../easyconfig/normalize.ts';
import { describeBadFileName, describeBadRelativePath, describeBadVariableValue } from '../easyconfig/rules.ts';
import { replaceTemplates } from '../easyconfig/templates.ts';
import type { Easyconfig, EasyconfigCommand, EasyconfigImage } from '../easyconfig/types.ts';
import { assertNever } from '../lib/assert-never.ts';
import { formatValue } from '../lib/format.ts';
import { didYouMean } from '../lib/near.ts';
import { installDirOf, joinHost, type ModulesTool, modulefileOf } from '../lib/paths.ts';
import { optionTable } from '../settings/options.ts';
import type { ModuleText, Settings } from '../settings/types.ts';
import { resolveBinds } from './binds.ts';
import { moduleKindOf } from './module-kind.ts';
import { scriptsOfPrograms, standardScripts } from './scripts.ts';
import type { Bind, DirectoryBits, ResolvedInstall, ResolvedWrappers, ResolveIssue, VariableOrigin } from './types.ts';
import { resolveWrappers } from './wrappers.ts';

/** What discovery says that an install depends on. */
export interface InstallFacts {
  /** Name or path of the container runtime, as the scripts of the install will call it. */
  readonly runtime: string;
  /** The script files that ctinstall has, by where they run. */
  readonly scripts: { readonly runscripts: readonly string[]; readonly wrappers: readonly string[] };
}

/** Says what an easyconfig becomes on this machine, or all that stands against it. */
export function resolveInstall(
  easyconfig: Easyconfig,
  settings: Settings,
  facts: InstallFacts,
): { install: ResolvedInstall; issues: readonly [] } | { install: undefined; issues: readonly ResolveIssue[] } {
  const fullVersion = fullVersionOf(easyconfig);
  const moduleName = moduleNameFor(easyconfig, settings);
  const installDir = installDirOf(settings.prefix, easyconfig.name, fullVersion);
  const fill = (text: string): string =>
    replaceTemplates(text, {
      name: easyconfig.name,
      version: easyconfig.version,
      versionsuffix: easyconfig.versionsuffix,
      installdir: installDir,
    });
  const fillCommand = ({ command, host }: EasyconfigCommand) => ({ command: fill(command), host });
  const {
    scripts: wrapperScripts,
    wrappers,
    issues: wrapperIssues,
  } = resolveWrappers(easyconfig.wrappers, { scripts: facts.scripts.wrappers, fill });
  const { binds, issues: bindIssues } = resolveBinds(easyconfig.binds, settings.bindGroups, fill);
  const image = resolveImage(easyconfig.image, settings, fill);
  const env = {
    ...resolveModuleEnv(fillValues(easyconfig.env.module, fill), settings),
    container: fillValues(easyconfig.env.container, fill),
  };
  // Written with `%(installdir)s` in front or without: the check looks below the install dir either way.
  const fillBelow = (path: string): string => {
    const filled = fill(path);
    return filled.startsWith(`${installDir}/`) ? filled.slice(installDir.length + 1) : filled;
  };
  const checkPaths = {
    files: easyconfig.sanityCheckPaths.files.map(fillBelow),
    dirs: easyconfig.sanityCheckPaths.dirs.map(fillBelow),
  };
  const issues = [
    // The modulefile of `1.0` is `1.0.lua`: where the other modules tool is used, that of `1.0.lua` would be too.
    ...(fullVersion.endsWith('.lua')
      ? [{ path: ['version'], message: '`.lua` at the end of a version is the ending of modulefiles', hint: undefined }]
      : []),
    ...filledIssue(['image', 'file'], image.file, describeBadFileName),
    ...(image.source === undefined ? [] : filledIssue(['image', 'source'], image.source, describeBadImageSource)),
    ...bindIssues,
    ...userSoftwareIssues(easyconfig, binds),
    ...condaIssues(easyconfig),
    ...(['module', 'container'] as const).flatMap((where) =>
      Object.entries(env[where]).flatMap(([name, value]) =>
        filledIssue(['env', where, name], value, describeBadVariableValue),
      ),
    ),
    ...(['files', 'dirs'] as const).flatMap((kind) =>
      checkPaths[kind].flatMap((path, index) =>
        filledIssue(['sanity_check_paths', kind, index], path, describeBadRelativePath),
      ),
    ),
    ...scriptIssues(easyconfig.runscripts, facts.scripts.runscripts),
    ...wrapperIssues,
  ];
  if (issues.length > 0) return { install: undefined, issues };
  return {
    issues: [],
    install: {
      name: easyconfig.name,
      version: easyconfig.version,
      fullVersion,
      moduleName,
      homepage: easyconfig.homepage === undefined ? undefined : fill(easyconfig.homepage),
      whatis: easyconfig.whatis.map(fill),
      description: fill(easyconfig.description),
      docurls: easyconfig.docurls.map(fill),
      moduleclass: easyconfig.moduleclass,
      extensions: easyconfig.extensions,
      dependsOn: [...new Set([settings.runtimeModule ?? [], easyconfig.dependsOn].flat())],
      ...resolveKind(easyconfig, settings, wrappers),
      deprecated: easyconfig.deprecated === undefined ? undefined : fill(easyconfig.deprecated),
      isHidden: easyconfig.isHidden,
      prefix: settings.prefix,
      installDir,
      modulefile: modulefileOf(settings.prefix, moduleName, settings.modulesTool),
      modulesTool: settings.modulesTool,
      image,
      centralImages: settings.imageDirs.map((directory) => joinHost(directory, image.file)),
      binds,
      scripts: [
        ...easyconfig.runscripts.map((name) => ({ name, directory: 'runscripts' as const })),
        ...wrapperScripts.map((name) => ({ name, directory: 'bin' as const })),
        ...[...standardScripts, ...scriptsOfPrograms(easyconfig, wrappers)].filter(
          ({ name }) => ![...wrapperScripts, ...easyconfig.runscripts].includes(name),
        ),
      ],
      wrappers,
      gpu: easyconfig.gpu ?? settings.gpu,
      conda: easyconfig.conda,
      venv: easyconfig.venv,
      condaPackages: easyconfig.condaPackages,
      userSoftware: easyconfig.userSoftware,
      env,
      sanityCheckPaths: {
        files: checkPaths.files,
        dirs: checkPaths.dirs,
      },
      postInstall: easyconfig.postInstall.map(fillCommand),
      sanityCheckCommands: easyconfig.sanityCheckCommands.map(fillCommand),
      runtime: facts.runtime,
      squashfsProcessors: settings.squashfsProcessors,
      squashfsExcludes: settings.squashfsExcludes,
      policy: {
        hooks: settings.hooks,
        modulefileHeader: textFor(settings.modulefileHeader, settings.modulesTool),
        modulefileFooter: textFor(settings.modulefileFooter, settings.modulesTool),
        group: settings.group,
        directories: directoryBitsOf(settings),
        isReadOnly: settings.hasReadOnlyInstalls,
      },
    },
  };
}

/** Where a group shares the prefix, its members may do all that the owner may. */
function directoryBitsOf({ umask, sharedWith }: Settings): DirectoryBits | undefined {
  if (umask !== undefined) return { set: 0o075 & ~umask, clear: (0o077 & umask) | 0o002, group: undefined };
  return sharedWith === undefined ? undefined : { set: 0o2070, clear: 0, group: sharedWith };
}

/** Modules of the site that set binds too cannot stand beside one that sets them; a tool's sets none. */
function resolveKind(
  easyconfig: Easyconfig,
  { moduleConflicts }: Settings,
  wrappers: ResolvedWrappers,
): Pick<ResolvedInstall, 'moduleKind' | 'conflicts'> {
  const moduleKind = moduleKindOf(easyconfig, wrappers);
  const ofSite = moduleKind === 'tool' ? [] : moduleConflicts;
  return { moduleKind, conflicts: [...new Set([...easyconfig.conflicts, ...ofSite])] };
}

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

/** A flag beats the easyconfig, which beats the settings; a signature is asked for where either of them does. */
function resolveImage(
  written: EasyconfigImage,
  { imageMode, requiresSignature, origins }: Settings,
  fill: (text: string) => string,
): ResolvedInstall['image'] {
  const [origin = ''] = origins.image_mode;
  const isAsked = origin.endsWith('(forced)') || origin === optionTable.image_mode.flag.split(' ')[0];
  return {
    file: fill(written.file),
    sha256: written.sha256,
    source: written.source === undefined ? undefined : fill(written.source),
    mode: isAsked ? imageMode : (written.mode ?? imageMode),
    isSigned: written.isSigned || requiresSignature,
  };
}

/** The easyconfig beats the settings, but for what the site forces. */
function resolveModuleEnv(
  written: Readonly<Record<string, string>>,
  { moduleEnv, forcedModuleEnv }: Settings,
): Pick<ResolvedInstall['env'], 'module' | 'origins'> {
  const isForced = (name: string): boolean => Object.hasOwn(forcedModuleEnv, name);
  const module = {
    ...moduleEnv,
    ...Object.fromEntries(Object.entries(written).filter(([name]) => !isForced(name))),
  };
  const originOf = (name: string, value: string): VariableOrigin => {
    const own = Object.hasOwn(written, name) ? written[name] : undefined;
    const forced = isForced(name) ? forcedModuleEnv[name] : undefined;
    if (forced === undefined) return { origin: own === undefined ? 'module_env' : 'easyconfig' };
    return { origin: forced, ...(own === undefined || own === value ? {} : { overruled: own }) };
  };
  return {
    module,
    origins: Object.fromEntries(Object.entries(module).map(([name, value]) => [name, originOf(name, value)])),
  };
}

/** Which of two environments a program runs in must be clear. */
function condaIssues({ condaPackages, conda, venv }: Easyconfig): ResolveIssue[] {
  const other = conda !== undefined ? 'conda_env' : venv !== undefined ? 'venv' : undefined;
  if (condaPackages === undefined || other === undefined) return [];
  const hint = 'list what pip installs under `dependencies` in its file';
  return [{ path: ['python', 'conda'], message: `\`python.conda\` does not go with \`python.${other}\``, hint }];
}

/** What is bound at the place of user software, or below it, would hide it or find no place to be bound at. */
function userSoftwareIssues({ userSoftware: { path } }: Easyconfig, binds: readonly Bind[]): ResolveIssue[] {
  // Where it is seen by default no recipe can bind.
  if (path === '/user-software') return [];
  return binds.flatMap((bind) =>
    bind.container === path || bind.container.startsWith(`${path}/`)
      ? [
          {
            path: ['user_software', 'path'],
            message: `user software is to be at \`${path}\`, and \`${bind.host}\` is bound at \`${bind.container}\``,
            hint: 'leave out that bind, or give user software another `path`',
          },
        ]
      : [],
  );
}

/** What the site wants in modulefiles of one tool. */
function textFor(text: ModuleText | undefined, tool: ModulesTool): string | undefined {
  const own = typeof text === 'object' ? text[tool] : text;
  return own === undefined || own.trim() === '' ? undefined : own;
}

/** A value that broke a rule only when its templates were replaced. */
function filledIssue(
  path: readonly PropertyKey[],
  value: string,
  describeBad: (value: string) => string | undefined,
): ResolveIssue[] {
  const bad = describeBad(value);
  return bad === undefined
    ? []
    : [
        {
          path,
          message: `\`${path.join('.')}\`: with its templates replaced, \`${formatValue(value)}\` ${bad}`,
          hint: undefined,
        },
      ];
}

function scriptIssues(asked: readonly string[], known: readonly string[]): ResolveIssue[] {
  return asked.flatMap((name, index) =>
    known.includes(name)
      ? []
      : [
          {
            path: ['runscripts', index],
            message: `unknown run script \`${name}\``,
            hint: didYouMean(name, known) ?? `there are ${known.map((script) => `\`${script}\``).join(', ')}`,
          },
        ],
  );
}

function fillValues(values: Readonly<Record<string, string>>, fill: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value)]));
}
