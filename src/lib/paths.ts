import { posix } from 'node:path';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** An absolute path on the machine, outside any container. */
export type HostPath = Branded<'HostPath'>;
/** An absolute path as seen inside the container. Swapping it with a {@link HostPath} is the bug of this field. */
export type ContainerPath = Branded<'ContainerPath'>;
/** The root under which this user or site installs; also a host path. */
export type Prefix = HostPath & { readonly prefix: true };
/** `<prefix>/software/<name>/<full version>`, `$CONTAINERROOT` in the module; also a host path. */
export type InstallDir = HostPath & { readonly installDir: true };
/** Where an install is built before it is published; inside the prefix, so that a rename publishes it. */
export type StagingDir = HostPath & { readonly stagingDir: true };

/** Makes an absolute, normalised host path; a relative one is taken from `base`. */
export function hostPath(path: string, base = '/'): HostPath {
  return stripTrailingSlash(posix.resolve(base, path)) as HostPath;
}

/** @throws RangeError when `path` is not absolute: a container has no working directory to start from */
export function containerPath(path: string): ContainerPath {
  if (!path.startsWith('/')) throw new RangeError(`not an absolute path: ${path}`);
  return stripTrailingSlash(posix.normalize(path)) as ContainerPath;
}

export function joinHost(directory: HostPath, ...parts: string[]): HostPath {
  return posix.join(directory, ...parts) as HostPath;
}

export function asPrefix(path: HostPath): Prefix {
  return path as Prefix;
}

export function installDirOf(prefix: Prefix, name: string, fullVersion: string): InstallDir {
  return joinHost(prefix, 'software', name, fullVersion) as InstallDir;
}

/** One staging directory for each install: the lock lets only one run use it, and the next run finds what a killed one left. */
export function stagingDirOf(prefix: Prefix, name: string, fullVersion: string): StagingDir {
  return joinHost(prefix, '.ctinstall', 'staging', `${name}-${fullVersion}`) as StagingDir;
}

export function retiredDirOf(prefix: Prefix, name: string, fullVersion: string): HostPath {
  return joinHost(prefix, '.ctinstall', 'retired', `${name}-${fullVersion}`);
}

export function lockFileOf(prefix: Prefix, name: string, fullVersion: string): HostPath {
  return joinHost(prefix, '.ctinstall', 'locks', `${name}-${fullVersion}.lock`);
}

/** The module path: the directory that goes on `MODULEPATH`. */
export function modulePathOf(prefix: Prefix): HostPath {
  return joinHost(prefix, 'modules');
}

/** The programs behind `module`: what is written for the second in Tcl, Lmod reads too. */
export const modulesTools = ['lmod', 'environment-modules'] as const;
export type ModulesTool = (typeof modulesTools)[number];

/** Environment Modules takes the whole file name for the version; Lmod prefers Lua, and tells it by the ending. */
export function modulefileOf(prefix: Prefix, name: string, fullVersion: string, tool: ModulesTool = 'lmod'): HostPath {
  return joinHost(modulePathOf(prefix), name, tool === 'lmod' ? `${fullVersion}.lua` : fullVersion);
}

/** Every place that the modulefile of an install may have: one of them is in use at a time. */
export function modulefilesOf(prefix: Prefix, name: string, fullVersion: string): HostPath[] {
  return modulesTools.map((tool) => modulefileOf(prefix, name, fullVersion, tool));
}

function stripTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
