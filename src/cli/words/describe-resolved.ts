import { describeImageBuild } from '../../easyconfig/describe-build.ts';
import type { PathChanges } from '../../easyconfig/types.ts';
import { containerPathOf, containerVariablesOf } from '../../modulefile/container-environment.ts';
import type { Modulefile } from '../../modulefile/types.ts';
import type { Decided } from '../../mpi/decide.ts';
import { linksInside } from '../../mpi/goes-in.ts';
import type { Bind, ResolvedInstall, VariableOrigin } from '../../resolve/types.ts';
import { describeMpi } from './describe-mpi.ts';

export interface ResolvedFacts {
  readonly easyconfig: string;
  /** Where the image was found. */
  readonly image: string | undefined;
  readonly mpi: Decided | undefined;
  /** Whether the host path of the bind of this number is there now. */
  readonly isHere: (index: number) => boolean;
}

/** What an easyconfig becomes on this machine, for people: one line for each thing, with where it comes from. */
export function describeResolved(install: ResolvedInstall, modulefile: Modulefile, facts: ResolvedFacts): string[] {
  const { installDir } = install;
  const language = install.modulesTool === 'lmod' ? 'Lua, for Lmod' : 'Tcl, for Environment Modules';
  const pathInside = containerPathOf({ ...install, venv: undefined });
  const lines: (readonly [string, string])[] = [
    ['install dir', installDir],
    ['modulefile', `${install.modulefile} (${language}; --modulefile prints it)`],
    ['image', install.image === undefined ? 'none' : `${install.image.file}: ${facts.image ?? placeOf(install)}`],
    [
      'module',
      `${kindOf(install)}: ${install.moduleKind === 'tool' ? 'any number are loaded together' : 'one is loaded at a time'}`,
    ],
    ...modulefile.conflicts.slice(1).map((other) => ['never with', other] as const),
    ...modulefile.dependsOn.map((other) => ['loads first', other] as const),
    ...install.buildDependencies.map((other) => ['to install', `loads ${other}`] as const),
    ...(modulefile.siteHeader === undefined ? [] : [['site text', 'modulefile_header'] as const]),
    ...(modulefile.siteFooter === undefined ? [] : [['site text', 'modulefile_footer'] as const]),
    ...describeMpi(install.mpi, facts.mpi),
    ...install.binds.map((bind, index) => ['bind', describeBind(bind, facts.isHere(index))] as const),
    ...(install.image === undefined ? [] : bindsOfImage(install)),
    ...install.scripts.map(({ name, directory }) => ['script', `${directory}/${name}`] as const),
    ...describeImageVariable(modulefile),
    ...modulefile.variables.map(
      ({ name, value }) => ['outside', `${name}=${value} (${describeOrigin(install.env.origins[name])})`] as const,
    ),
    ...describePaths('outside', install.env.modulePaths),
    ...(modulefile.path.length === 0 ? [] : [['outside', `PATH begins with ${modulefile.path.join(':')}`] as const]),
    ...containerVariablesOf({ ...install, venv: undefined }).map(
      ({ name, value }) => ['inside', `${name}=${value} (${originInside(install, name)})`] as const,
    ),
    ...describePaths('inside', install.env.containerPaths),
    ...(pathInside.length === 0 ? [] : [['inside', `PATH begins with ${pathInside.join(':')}`] as const]),
  ];
  return [
    `${install.moduleName}, from ${facts.easyconfig}`,
    ...lines.map(([what, text]) => `  ${what.padEnd(12)} ${text}`),
  ];
}

/** Of an image that is not here. */
export function placeOf({ build }: Pick<ResolvedInstall, 'build'>): string {
  return build === undefined ? 'not found here' : `is built ${describeImageBuild(build)}`;
}

export function kindOf({ moduleKind, image }: ResolvedInstall): string {
  if (image === undefined) return 'of no image';
  return moduleKind === 'tool' ? 'of a tool' : 'of an environment';
}

function bindsOfImage({ installDir, userSoftware }: ResolvedInstall): (readonly [string, string])[] {
  return [
    ['bind', `${installDir}/runscripts → /runscripts read-only (run scripts; comes with the install)`],
    [
      'bind',
      `${installDir}/user-software.squashfs, or ${installDir}/user-software → ${userSoftware.path} (user software)`,
    ],
  ];
}

function describeImageVariable({ image }: Modulefile): (readonly [string, string])[] {
  const [variable] = image?.variables ?? [];
  if (image === undefined || variable === undefined) return [];
  const more = image.candidates.length > 1 ? '; or the next of the image directories' : '';
  return [['outside', `${variable}=${image.candidates[0] ?? ''} (ctinstall${more})`]];
}

function describePaths(where: string, paths: PathChanges): (readonly [string, string])[] {
  return Object.entries(paths).flatMap(([name, { prepend, append }]) => [
    ...(prepend.length === 0 || (name === 'PATH' && where === 'inside')
      ? []
      : [[where, `${name} gets ${prepend.join(':')} in front (${originOfPaths(prepend)})`] as const]),
    ...(append.length === 0 ? [] : [[where, `${name} gets ${append.join(':')} behind (easyconfig)`] as const]),
  ]);
}

function originInside({ env, mpi }: ResolvedInstall, name: string): string {
  if (Object.hasOwn(env.container, name)) return 'easyconfig';
  return Object.hasOwn(mpi?.decision?.variables ?? {}, name) ? 'MPI, where you have no value of your own' : 'ctinstall';
}

function originOfPaths(paths: readonly string[]): string {
  if (!paths.includes(linksInside)) return 'easyconfig';
  return paths.length === 1 ? 'MPI' : `MPI: ${linksInside}; easyconfig`;
}

function describeBind({ host, container, access, imageSource, optional, origin }: Bind, isHere: boolean): string {
  const state = isHere ? 'here' : 'not here';
  const from = imageSource === undefined ? host : `${imageSource} of ${host}`;
  return `${from} → ${container}${access === 'ro' ? ' read-only' : ''} (${origin}${optional ? ', optional' : ''}; ${state})`;
}

function describeOrigin(of: VariableOrigin | undefined): string {
  if (of === undefined) return 'ctinstall';
  return of.overruled === undefined ? of.origin : `${of.origin}: the easyconfig's ${of.overruled} has no effect`;
}
