import { variableNameOf } from '../easyconfig/rules.ts';
import { type HostPath, joinHost } from '../lib/paths.ts';
import type { ResolvedInstall } from '../resolve/types.ts';
import {
  bindsOf,
  containerPathOf,
  containerPathsOf,
  containerVariablesOf,
  packedVariablesOf,
  venvsInside,
  wrappersDirectory,
} from './container-environment.ts';
import type { ModuleContainer, Modulefile, PathVariable, Variable } from './types.ts';

/** Of this family is each module of the kind `environment`, and no other. */
export const familyOfEnvironments = 'ctinstall_software';

export interface ModulefileOptions {
  readonly toolVersion: string;
  /** Where the module looks for the image, in this order. */
  readonly images: readonly HostPath[];
}

/** The modulefile of an install, as a value. */
export function describeModulefile(install: ResolvedInstall, { toolVersion, images }: ModulefileOptions): Modulefile {
  const { installDir } = install;
  const suffix = variableNameOf(install.name);
  return {
    header: [
      `${install.moduleName}, written by ctinstall ${toolVersion}.`,
      'Do not edit: `ctinstall --rebuild` writes it anew. Your own additions belong in a module that loads this one.',
    ],
    siteHeader: install.policy.modulefileHeader,
    siteFooter: install.policy.modulefileFooter,
    help: helpOf(install),
    whatis: whatisOf(install),
    extensions: install.extensions,
    dependsOn: install.dependsOn,
    deprecated: install.deprecated,
    // Other versions of it, and what the easyconfig and the site name.
    conflicts: [...new Set([ownName(install), ...install.conflicts])],
    moduleName: install.moduleName,
    installDir,
    image: {
      variables: install.moduleKind === 'tool' ? [`SIF${suffix}`] : ['SIF', `SIF${suffix}`],
      candidates: images,
    },
    path: [joinHost(installDir, install.moduleKind === 'tool' ? wrappersDirectory : 'bin')],
    variables: moduleVariablesOf(install),
    paths: modulePathsOf(install),
    container: install.moduleKind === 'tool' ? undefined : containerOf(install),
  };
}

function ownName({ moduleName }: ResolvedInstall): string {
  return moduleName.slice(0, moduleName.lastIndexOf('/'));
}

function containerOf(install: ResolvedInstall): ModuleContainer {
  const userSoftware = joinHost(install.installDir, 'user-software');
  return {
    family: familyOfEnvironments,
    venv: {
      name: install.venv?.name,
      directory: joinHost(userSoftware, 'venv'),
      container: venvsInside(install.userSoftware),
    },
    packedVariables: packedVariablesOf(install),
    variables: containerVariablesOf({ ...install, venv: undefined }),
    path: containerPathOf({ ...install, venv: undefined }),
    paths: containerPathsOf(install),
    binds: bindsOf(install),
    userSoftware: {
      squashfs: joinHost(install.installDir, 'user-software.squashfs'),
      directory: userSoftware,
      container: install.userSoftware.path,
    },
  };
}

/** Variables that an install sets outside the container, but for those that depend on the node. */
export function moduleVariablesOf({ name, version, installDir, env, moduleKind }: ResolvedInstall): Variable[] {
  const suffix = variableNameOf(name);
  const runscripts = joinHost(installDir, 'runscripts');
  const isTool = moduleKind === 'tool';
  return [
    ...(isTool ? [] : [{ name: 'CONTAINERROOT', value: installDir }]),
    { name: `EBROOT${suffix}`, value: installDir },
    { name: `EBVERSION${suffix}`, value: version },
    ...(isTool ? [] : [{ name: 'RUNSCRIPTS', value: runscripts }]),
    { name: `RUNSCRIPTS${suffix}`, value: runscripts },
    ...Object.entries(env.module).map(([variable, value]) => ({ name: variable, value })),
  ];
}

/** Path variables that an install adds to outside the container. */
export function modulePathsOf({ env }: Pick<ResolvedInstall, 'env'>): PathVariable[] {
  return Object.entries(env.modulePaths).map(([name, change]) => ({ name, ...change }));
}

/**
 * Lmod reads it as Markdown from 9.0.8 on, older ones and Environment Modules print it as it stands: a text that is indented
 * by four blanks comes through each of them line by line.
 */
function helpOf({ description, homepage, docurls }: ResolvedInstall): string {
  const sections = [
    ['Description', description],
    ['More information', [homepage, ...docurls].filter((url) => url !== undefined).join('\n')],
  ] as const;
  return sections
    .filter(([, text]) => text !== '')
    .map(([title, text]) => `${title}\n\n${indented(text)}\n`)
    .join('\n');
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
}

function whatisOf({
  name,
  fullVersion,
  description,
  homepage,
  docurls,
  whatis,
  moduleclass,
  extensions,
}: ResolvedInstall): string[] {
  const has = (label: string): boolean =>
    whatis.some((line) => line.toLowerCase().startsWith(`${label.toLowerCase()}:`));
  const firstSentence =
    description
      .split(/\n\s*\n/)[0]
      ?.replace(/\s+/g, ' ')
      .trim() ?? '';
  return [
    ...(has('Name') ? [] : [`Name: ${name}`]),
    ...(has('Version') ? [] : [`Version: ${fullVersion}`]),
    ...(has('Category') ? [] : [`Category: ${moduleclass}`]),
    ...(has('Description') || firstSentence === '' ? [] : [`Description: ${firstSentence}`]),
    ...whatis,
    ...(has('Extensions') || extensions.length === 0 ? [] : [`Extensions: ${extensions.join(', ')}`]),
    ...(has('URL') || homepage === undefined ? [] : [`URL: ${homepage}`]),
    ...docurls.map((url) => `Documentation: ${url}`),
  ];
}
