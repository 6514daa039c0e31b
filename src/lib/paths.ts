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

/** Two slashes, `.` or `..`, or a slash at the end. */
const unnormalised = /\/(?:\/|\.{1,2}(?:\/|$)|$)/;

/** Makes an absolute, normalised host path; a relative one is taken from `base`. */
export function hostPath(path: string, base = '/'): HostPath {
  // Nearly always there is nothing to do, and posix.resolve looks at one character after the other.
  if (path.startsWith('/') && !unnormalised.test(path)) return path as HostPath;
  return stripTrailingSlash(posix.resolve(base, path)) as HostPath;
}

/** @throws RangeError when `path` is not absolute: a container has no working directory to start from */
export function containerPath(path: string): ContainerPath {
  if (!path.startsWith('/')) throw new RangeError(`not an absolute path: ${path}`);
  return stripTrailingSlash(posix.normalize(path)) as ContainerPath;
}

export function joinHost(directory: HostPath, ...parts: string[]): HostPath {
  // Nearly always, and quicker.
  if (directory !== '/' && parts.every(isPlainName)) return `${directory}/${parts.join('/')}` as HostPath;
  return posix.join(directory, ...parts) as HostPath;
}

function isPlainName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !part.includes('/');
}

export function asPrefix(path: HostPath): Prefix {
  return path as Prefix;
}

export function installDirOf(prefix: Prefix, name: string, fullVersion: string): InstallDir {
  return joinHost(prefix, 'software', name, fullVersion) as InstallDir;
}

/**
 * What staging directory, retired directory and lock of an install are called after: no name and no version holds an `@`, so
 * that no two installs share one.
 */
export function workNameOf(name: string, fullVersion: string): string {
  return `${name}@${fullVersion}`;
}

/** As versions of ctinstall called them that could not tell `a-1`/`2` from `a`/`1-2`. */
export function oldWorkNameOf(name: string, fullVersion: string): string {
  return `${name}-${fullVersion}`;
}

/** One staging directory for each install: the lock lets only one run use it, and the next run finds what a killed one left. */
export function stagingDirOf(prefix: Prefix, name: string, fullVersion: string): StagingDir {
  return joinHost(prefix, '.ctinstall', 'staging', workNameOf(name, fullVersion)) as StagingDir;
}

export function retiredDirOf(prefix: Prefix, name: string, fullVersion: string): HostPath {
  return joinHost(prefix, '.ctinstall', 'retired', workNameOf(name, fullVersion));
}

/** The staging directory that goes with a retired directory. */
export function stagingOf(retired: HostPath): HostPath {
  return joinHost(retired, '../../staging', posix.basename(retired));
}

export function lockFileOf(prefix: Prefix, name: string, fullVersion: string): HostPath {
  return joinHost(prefix, '.ctinstall', 'locks', `${workNameOf(name, fullVersion)}.lock`);
}

/** The module path: the directory that goes on `MODULEPATH`. */
export function modulePathOf(prefix: Prefix): HostPath {
  return joinHost(prefix, 'modules');
}

/** The programs behind `module`: what is written for the second in Tcl, Lmod reads too. */
export const modulesTools = ['lmod', 'environment-modules'] as const;
export type ModulesTool = (typeof modulesTools)[number];

/** Environment Modules takes the whole file name for the version; Lmod prefers Lua, and tells it by the ending. */
export function modulefileOf(prefix: Prefix, moduleName: string, tool: ModulesTool = 'lmod'): HostPath {
  return joinHost(modulePathOf(prefix), tool === 'lmod' ? `${moduleName}.lua` : moduleName);
}

/** The module name that a modulefile below the module path of `prefix` has. */
export function moduleNameOf(prefix: Prefix, modulefile: HostPath): string {
  return modulefile.slice(modulePathOf(prefix).length + 1).replace(/\.lua$/, '');
}

/**
 * Whether the modulefile of an install may be there: for either modules tool, and under each naming scheme, `name/version`
 * or an area before that.
 */
export function isModulefilePlace(path: string, prefix: Prefix, name: string, fullVersion: string): boolean {
  const modulePath = modulePathOf(prefix);
  if (!path.startsWith(`${modulePath}/`)) return false;
  const parts = path.slice(modulePath.length + 1).split('/');
  const area = parts.length === 3 ? parts.shift() : 'none';
  const isArea = area !== undefined && /^[A-Za-z0-9][\w.+-]*$/.test(area);
  return (
    isArea && parts.length === 2 && parts[0] === name && [fullVersion, `${fullVersion}.lua`].includes(parts[1] ?? '')
  );
}

function stripTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Easyconfigs that ctinstall wrote itself: drafts, and what `wrap` makes. It is on the easyconfig path. */
export function ownEasyconfigsOf(prefix: Prefix): HostPath {
  return joinHost(prefix, 'easyconfigs');
}

/** Images that were brought for a draft, until an install takes them. */
export function broughtImagesOf(prefix: Prefix): HostPath {
  return joinHost(prefix, '.ctinstall', 'brought');
}
