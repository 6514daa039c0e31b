import { variableNameOf } from '../easyconfig/rules.ts';
import type { HostPath } from '../lib/paths.ts';
import { joinHost } from '../lib/paths.ts';
import {
  activatorOf,
  bindsOf,
  containerPathOf,
  containerPathsOf,
  containerVariablesOf,
  escapeForRuntime,
  hasWrappers,
  packedVariablesOf,
  venvsInside,
} from '../modulefile/container-environment.ts';
import { modulePathsOf, moduleVariablesOf } from '../modulefile/describe-install.ts';
import type { Variable } from '../modulefile/types.ts';
import { bindOptionsOf } from '../resolve/bind-options.ts';
import type { CommandWrapper, ResolvedInstall } from '../resolve/types.ts';
import type { ScriptValues } from './fill-script.ts';

/** Scripts are there for an image. */
function imageFileOf({ image }: ResolvedInstall): string {
  if (image === undefined) throw new RangeError('a script that enters a container, and no image');
  return image.file;
}

/** Values of `in-container`. */
export function wrapperValuesOf(install: ResolvedInstall): ScriptValues {
  return {
    image_variable: `SIF${variableNameOf(install.name)}`,
    module: install.moduleName,
    runtime: install.runtime,
    image_file: imageFileOf(install),
    gpu: install.gpu,
    nv_flag: install.hasNvccli ? '--nvccli' : '--nv',
    install_dir: install.installDir,
    aliases: install.wrappers.commands.flatMap(describeAlias),
    software_umask: install.policy.softwareUmask ?? '',
    activate: hasWrappers(install) ? (activatorOf(install) ?? '') : '',
  };
}

/** What the module sets up, for wrappers that are used without it. `images`: where the module looks for the image. */
export function environmentValuesOf(install: ResolvedInstall, images: readonly HostPath[]): ScriptValues {
  const own = joinHost(install.installDir, imageFileOf(install));
  const moduleVariables = moduleVariablesOf(install);
  const variables = containerVariablesOf({ ...install, venv: undefined });
  return {
    central_images: images.filter((image) => image !== own),
    module_binds: bindsOf(install).flatMap((bind) => [
      bind.host,
      bind.container,
      bindOptionsOf(bind),
      bind.optional ? 'optional' : 'required',
    ]),
    user_software: install.userSoftware.path,
    module_variables: moduleVariables.flatMap(({ name, value, isDefault }) =>
      isDefault === true ? [] : [`${name}=${value}`],
    ),
    default_variables: moduleVariables.flatMap(({ name, value, isDefault }) =>
      isDefault === true ? [name, value] : [],
    ),
    module_paths: modulePathsOf(install).flatMap(({ name, prepend, append }) => [
      ...prepend.toReversed().flatMap((path) => [name, 'prepend', path]),
      ...append.flatMap((path) => [name, 'append', path]),
    ]),
    container_variables: escaped(variables.filter(({ unless }) => unless === undefined)),
    mpi_variables: variables.flatMap(({ name, value, unless }) =>
      unless === undefined ? [] : [name, escapeForRuntime(value), unless.find((each) => each !== name) ?? ''],
    ),
    container_paths: containerPathsOf(install).flatMap(({ name, value, before, behind }) => [
      name,
      value,
      before,
      behind,
    ]),
    container_path: containerPathOf({ ...install, venv: undefined }).map(escapeForRuntime),
    default_venv: install.venv?.name ?? '',
    venvs_inside: escapeForRuntime(venvsInside(install.userSoftware)),
    packed_variables: escaped(packedVariablesOf(install)),
  };
}

/** What of the host's environment reaches the container. */
export function containerEnvValuesOf({ containerEnv }: ResolvedInstall): ScriptValues {
  return {
    dropped: containerEnv.dropped.join(' '),
    dropped_beginnings: containerEnv.droppedBeginnings.join(' '),
    dropped_patterns: containerEnv.droppedPatterns.join(' '),
    passing: containerEnv.passing.join(' '),
    path_variables: Object.keys(containerEnv.paths).join(' '),
    made_paths: containerEnv.madePaths.join(' '),
    stand_ins: Object.entries(containerEnv.paths)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  };
}

function escaped(variables: readonly Variable[]): string[] {
  return variables.flatMap(({ name, value }) => [name, escapeForRuntime(value)]);
}

/** A wrapper that is no more than the name of its command needs no entry. */
function describeAlias({ name, command, args, binds }: CommandWrapper): string[] {
  if (name === command && args.length === 0 && binds.length === 0) return [];
  return [
    name,
    command,
    String(args.length),
    ...args,
    String(binds.length),
    ...binds.flatMap((bind) => [
      bind.host,
      `:${bind.container}${bindOptionsOf(bind)}`,
      bind.optional ? 'optional' : 'required',
    ]),
  ];
}
