import { variableNameOf } from '../easyconfig/rules.ts';
import { needsOf, otherMakerOf } from '../gpu/fit.ts';
import { gpuPlaces } from '../gpu/places.ts';
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
      'Do not edit: `ctinstall --rebuild` writes it again. Your own additions belong in a module that loads this one.',
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
    family: install.shell.family,
    aliases: Object.entries(install.shell.aliases).map(([name, text]) => ({ name, text })),
    functions: Object.entries(install.shell.functions).map(([name, each]) => ({ name, ...each })),
    loadMessage: install.shell.loadMessage,
    moduleName: install.moduleName,
    installDir,
    image:
      install.image === undefined
        ? undefined
        : {
            variables: install.moduleKind === 'tool' ? [`SIF${suffix}`] : ['SIF', `SIF${suffix}`],
            candidates: images,
          },
    hostLibraries: (install.mpi?.decision?.libraries ?? []).map(({ path }) => path),
    gpuNeeds: gpuNeedsOf(install),
    path: onPathOf(install).map((directory) => joinHost(installDir, directory)),
    variables: moduleVariablesOf(install),
    paths: modulePathsOf(install),
    container: install.moduleKind === 'tool' ? undefined : containerOf(install),
  };
}

/** Without an image there are only files of the recipe's own. */
function onPathOf({ image, files, moduleKind }: ResolvedInstall): string[] {
  if (image === undefined) return files.some(({ path }) => path.startsWith('bin/')) ? ['bin'] : [];
  return [moduleKind === 'tool' ? wrappersDirectory : 'bin'];
}

function ownName({ moduleName }: ResolvedInstall): string {
  return moduleName.slice(0, moduleName.lastIndexOf('/'));
}

function containerOf(install: ResolvedInstall): ModuleContainer {
  const userSoftware = joinHost(install.installDir, 'user-software');
  const hasImage = install.image !== undefined;
  return {
    family: familyOfEnvironments,
    venv: hasImage
      ? {
          name: install.venv?.name,
          directory: joinHost(userSoftware, 'venv'),
          container: venvsInside(install.userSoftware),
        }
      : undefined,
    packedVariables: hasImage ? packedVariablesOf(install) : [],
    gpuFlags: gpuFlagsOf(install),
    variables: containerVariablesOf({ ...install, venv: undefined }),
    path: containerPathOf({ ...install, venv: undefined }),
    paths: containerPathsOf(install),
    binds: bindsOf(install),
    userSoftware: hasImage
      ? {
          squashfs: joinHost(install.installDir, 'user-software.squashfs'),
          directory: userSoftware,
          container: install.userSoftware.path,
        }
      : undefined,
  };
}

/** The devices are those that a wrapper looks for. What the easyconfig or the site sets itself, stays. */
function gpuFlagsOf({ gpu, hasNvccli, env }: ResolvedInstall): ModuleContainer['gpuFlags'] {
  const isOwn = (flag: string): boolean =>
    Object.hasOwn(env.module, `SINGULARITY_${flag}`) || Object.hasOwn(env.module, `APPTAINER_${flag}`);
  const flags = [
    ...(gpu === 'auto' || gpu === 'nv'
      ? [{ flag: hasNvccli ? 'NVCCLI' : 'NV', device: '/dev/nvidiactl' } as const]
      : []),
    ...(gpu === 'auto' || gpu === 'rocm' ? [{ flag: 'ROCM', device: '/dev/kfd' } as const] : []),
  ];
  return flags.filter(({ flag }) => !isOwn(flag));
}

/** An image for both makers has no other one. */
function gpuNeedsOf({ imageGpu = {} }: ResolvedInstall): Modulefile['gpuNeeds'] {
  return needsOf(imageGpu).map((needs) => {
    const { device, driver } = gpuPlaces[needs.maker];
    return { ...needs, places: { device, driver, otherDevice: gpuPlaces[otherMakerOf(needs.maker)].device } };
  });
}

/** Variables that an install sets outside the container, but for those that depend on the node. */
export function moduleVariablesOf({ name, version, installDir, env, moduleKind, image }: ResolvedInstall): Variable[] {
  const suffix = variableNameOf(name);
  const runscripts = joinHost(installDir, 'runscripts');
  const isTool = moduleKind === 'tool';
  const hasImage = image !== undefined;
  return [
    ...(isTool || !hasImage ? [] : [{ name: 'CONTAINERROOT', value: installDir }]),
    { name: `EBROOT${suffix}`, value: installDir },
    { name: `EBVERSION${suffix}`, value: version },
    ...(isTool || !hasImage ? [] : [{ name: 'RUNSCRIPTS', value: runscripts }]),
    ...(hasImage ? [{ name: `RUNSCRIPTS${suffix}`, value: runscripts }] : []),
    ...Object.entries(env.module).map(([variable, value]) =>
      env.defaults.includes(variable) ? { name: variable, value, isDefault: true } : { name: variable, value },
    ),
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
function helpOf({ description, usage, examples, citing, homepage, docurls }: ResolvedInstall): string {
  const sections = [
    ['Description', description],
    ['Usage', usage],
    ['Examples', examples],
    ['Citing', citing],
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
