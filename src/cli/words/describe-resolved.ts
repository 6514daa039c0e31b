import type { PathChanges } from '../../easyconfig/types.ts';
import { containerPathOf, containerVariablesOf } from '../../modulefile/container-environment.ts';
import type { Modulefile } from '../../modulefile/types.ts';
import type { Bind, ResolvedInstall, VariableOrigin } from '../../resolve/types.ts';

export interface ResolvedFacts {
  readonly easyconfig: string;
  /** Where the image was found. */
  readonly image: string | undefined;
  /** Whether the host path of the bind of this number is there now. */
  readonly isHere: (index: number) => boolean;
}

/** What an easyconfig becomes on this machine, for people: one line for each thing, with where it comes from. */
export function describeResolved(install: ResolvedInstall, modulefile: Modulefile, facts: ResolvedFacts): string[] {
  const { installDir } = install;
  const language = install.modulesTool === 'lmod' ? 'Lua, for Lmod' : 'Tcl, for Environment Modules';
  const [imageVariable = 'SIF'] = modulefile.image.variables;
  const own = { SIF: modulefile.image.candidates[0] ?? '' };
  const lines: (readonly [string, string])[] = [
    ['install dir', installDir],
    ['modulefile', `${install.modulefile} (${language}; --modulefile prints it)`],
    ['image', `${install.image.file}: ${facts.image ?? 'not found here'}`],
    [
      'module',
      install.moduleKind === 'tool'
        ? 'of a tool: any number are loaded together'
        : 'of an environment: one is loaded at a time',
    ],
    ...modulefile.conflicts.slice(1).map((other) => ['never with', other] as const),
    ...modulefile.dependsOn.map((other) => ['loads first', other] as const),
    ...(modulefile.siteHeader === undefined ? [] : [['site text', 'modulefile_header'] as const]),
    ...(modulefile.siteFooter === undefined ? [] : [['site text', 'modulefile_footer'] as const]),
    ...install.binds.map((bind, index) => ['bind', describeBind(bind, facts.isHere(index))] as const),
    ['bind', `${installDir}/runscripts → /runscripts read-only (run scripts; comes with the install)`],
    [
      'bind',
      `${installDir}/user-software.squashfs, or ${installDir}/user-software → ${install.userSoftware.path} (user software)`,
    ],
    ...install.scripts.map(({ name, directory }) => ['script', `${directory}/${name}`] as const),
    [
      'outside',
      `${imageVariable}=${own.SIF} (ctinstall${modulefile.image.candidates.length > 1 ? '; or the next of the image directories' : ''})`,
    ],
    ...modulefile.variables.map(
      ({ name, value }) => ['outside', `${name}=${value} (${describeOrigin(install.env.origins[name])})`] as const,
    ),
    ...describePaths('outside', install.env.modulePaths),
    ['outside', `PATH begins with ${modulefile.path.join(':')}`],
    ...containerVariablesOf({ ...install, venv: undefined }).map(
      ({ name, value }) =>
        [
          'inside',
          `${name}=${value} (${Object.hasOwn(install.env.container, name) ? 'easyconfig' : 'ctinstall'})`,
        ] as const,
    ),
    ...describePaths('inside', install.env.containerPaths),
    ['inside', `PATH begins with ${containerPathOf({ ...install, venv: undefined }).join(':')}`],
  ];
  return [
    `${install.moduleName}, from ${facts.easyconfig}`,
    ...lines.map(([what, text]) => `  ${what.padEnd(12)} ${text}`),
  ];
}

function describePaths(where: string, paths: PathChanges): (readonly [string, string])[] {
  return Object.entries(paths).flatMap(([name, { prepend, append }]) => [
    ...(prepend.length === 0 || (name === 'PATH' && where === 'inside')
      ? []
      : [[where, `${name} gets ${prepend.join(':')} in front (easyconfig)`] as const]),
    ...(append.length === 0 ? [] : [[where, `${name} gets ${append.join(':')} behind (easyconfig)`] as const]),
  ]);
}

function describeBind({ host, container, access, optional, origin }: Bind, isHere: boolean): string {
  const state = isHere ? 'here' : 'not here';
  return `${host} → ${container}${access === 'ro' ? ' read-only' : ''} (${origin}${optional ? ', optional' : ''}; ${state})`;
}

function describeOrigin(of: VariableOrigin | undefined): string {
  if (of === undefined) return 'ctinstall';
  return of.overruled === undefined ? of.origin : `${of.origin}: the easyconfig's ${of.overruled} counts for nothing`;
}
