import type { RecordKind } from './types.ts';

/** Where package managers keep what is installed. A path has no slash in front. */
const kinds: readonly (readonly [RecordKind, RegExp])[] = [
  ['dpkg', /^var\/lib\/dpkg\/(?:status|status\.d\/[^/]+)$/],
  ['rpm', /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm)\/(?:Packages|Packages\.db|rpmdb\.sqlite)$/],
  ['conda', /(?:^|\/)conda-meta\/[^/]+\.json$/],
  ['python', /(?:^|\/)(?:site|dist)-packages\/[^/]+\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$/],
  ['os', /^(?:etc|usr\/lib)\/os-release$/],
];

/** Of what the file of an image is a record; undefined for what is none. */
export function recordKindOf(path: string): RecordKind | undefined {
  return kinds.find(([, pattern]) => pattern.test(path))?.[0];
}

/** Caches of packages have records of what is not installed: `<conda>/pkgs`. */
export function isOfCache(path: string): boolean {
  return /(?:^|\/)pkgs\/[^/]+\//.test(path);
}
