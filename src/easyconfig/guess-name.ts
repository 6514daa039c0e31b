import { namePattern, versionSuffixPattern } from './rules.ts';

/** What the name of a file or the tag of an image says of the software in it. */
export interface GuessedName {
  readonly name: string;
  readonly version: string | undefined;
  readonly versionsuffix: string;
}

/**
 * `python_3.12-slim.sif`, as `singularity pull` calls it, `samtools%3A1.17--h00cdaf9_0`, as Galaxy's depot does,
 * `my-app-v1.2.sif`, `lumi-pytorch-rocm-6.2.0-python-3.12.sif`: the first number with a point in it is the version, what
 * follows it the versionsuffix.
 */
export function guessFromFile(file: string): GuessedName {
  const stem = withoutArchitecture(decoded(file).replace(/\.(sif|sqsh|squashfs|img)$/i, ''));
  const [, beforeColon, afterColon] = /^([^:]+):([^:]+)$/.exec(stem) ?? [];
  if (beforeColon !== undefined && afterColon !== undefined) return fromTag(beforeColon, afterColon);
  // A tag that is no version, and the digest of a pull by digest
  const [, untagged] = /^(.+?)_(?:latest|sha\d+\.[0-9a-f]{32,})$/.exec(stem) ?? [];
  if (untagged !== undefined) return { name: cleanName(untagged), version: undefined, versionsuffix: '' };
  const [, tagName, tag] = /^([^_]+)_([^_]+)$/.exec(stem) ?? [];
  if (tagName !== undefined && tag !== undefined && /^v?\d/.test(tag)) return fromTag(tagName, tag);
  const [, name, version, rest] = /^(.+?)[-_ ]v?(\d+(?:\.\d+)+\w*)(.*)$/.exec(stem) ?? [];
  if (name !== undefined && version !== undefined)
    return { name: cleanName(name), version: cleanName(version), versionsuffix: cleanSuffix(rest ?? '') };
  // One number, if it is all that follows the name
  const [, plain, number] = /^(.*[A-Za-z].*?)[-_ ]v?(\d+)$/.exec(stem) ?? [];
  if (plain !== undefined && number !== undefined)
    return { name: cleanName(plain), version: number, versionsuffix: '' };
  return { name: cleanName(stem), version: undefined, versionsuffix: '' };
}

/** What says which processors an image is for is no part of a version: a module of it is for the machine it is on. */
function withoutArchitecture(stem: string): string {
  const left = stem.replace(/(^|[-_.])(linux[-_])?(x86[-_]64|amd64|aarch64|arm64|ppc64le)(?=$|[-_.])/gi, '');
  return left.replace(/^[-_.]+/, '') === '' ? stem : left.replace(/^[-_.]+/, '');
}

/** `docker://registry.example/group/app:1.2-cuda@sha256:…`, `https://server/app-1.2.sif`, `oci:/path/app`. */
export function guessFromSource(source: string): GuessedName {
  const path = source.replace(/^[\w-]+:(\/\/)?/, '').replace(/[?#].*$/, '');
  const last = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  if (/^https?:/.test(source)) return guessFromFile(last);
  const [, name = '', tag] = /^([^:@]*)(?::([^@]*))?/.exec(last) ?? [];
  return tag === undefined || tag === '' ? guessFromFile(name) : fromTag(name, tag);
}

/** `2.3.0-cuda12.1` is the version 2.3.0 with a suffix; a tag such as `latest` is a version as it is. */
function fromTag(name: string, tag: string): GuessedName {
  const [, version, rest] = /^v?(\d+(?:\.\w+)*)(.*)$/.exec(withoutArchitecture(tag)) ?? [];
  if (version === undefined) return { name: cleanName(name), version: cleanName(tag), versionsuffix: '' };
  return { name: cleanName(name), version: cleanName(version), versionsuffix: cleanSuffix(rest ?? '') };
}

/** What the rules for names allow of a text; `image` where that is nothing. */
export function cleanName(text: string): string {
  const clean = text
    .replace(/[^A-Za-z0-9._+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/[-._]+$/, '')
    .slice(0, 100);
  return namePattern.test(clean) ? clean : 'image';
}

function cleanSuffix(text: string): string {
  const clean = text.replace(/[^A-Za-z0-9._+-]+/g, '-').replace(/[-._]+$/, '');
  const separated = clean === '' || /^[-+._]/.test(clean) ? clean : `-${clean}`;
  return versionSuffixPattern.test(separated) ? separated.slice(0, 100) : '';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
