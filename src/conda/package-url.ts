import type { CondaPackage } from './types.ts';

/** What the URL of a package says of it, or undefined where it is none. The hash is after `#`, as in `@EXPLICIT` lists. */
export function packageOfUrl(written: string): CondaPackage | undefined {
  const [url = '', hash = ''] = written.trim().split('#');
  const [, channel, subdir, fileName] =
    /^((?:https?|file):\/\/[^\s]*?)\/([a-z0-9-]+)\/([^/\s]+\.(?:conda|tar\.bz2))$/.exec(url) ?? [];
  if (channel === undefined || subdir === undefined || fileName === undefined) return undefined;
  const [, name, version, build] = /^(.+)-([^-]+)-([^-]+)\.(?:conda|tar\.bz2)$/.exec(fileName) ?? [];
  if (name === undefined || version === undefined || build === undefined) return undefined;
  const digest = hash.replace(/^(sha256|md5):/, '').toLowerCase();
  if (digest !== '' && !/^([0-9a-f]{32}|[0-9a-f]{64})$/.test(digest)) return undefined;
  const sha256 = digest.length === 64 ? digest : undefined;
  const md5 = digest.length === 32 ? digest : undefined;
  return { name, version, build, subdir, channel, url, fileName, sha256, md5, size: undefined };
}
