import { describeBadText, hasControlCharacter } from './rules.ts';

/**
 * Where an image can be brought from, as Apptainer and SingularityCE write it. What ends in `//` is followed by a server,
 * the others by a path.
 */
const schemes = ['docker://', 'oras://', 'library://', 'https://', 'http://', 'docker-archive:', 'oci:'] as const;

export type ImageSourceScheme = (typeof schemes)[number];

export function schemeOf(source: string): ImageSourceScheme | undefined {
  return schemes.find((scheme) => source.startsWith(scheme));
}

/**
 * Says what is wrong with an image's source, or undefined. What passes is one word of a command line that no program
 * takes for an option and no terminal obeys.
 */
export function describeBadImageSource(source: string): string | undefined {
  if (source === '') return 'is empty';
  const badText = describeBadText(source);
  if (badText !== undefined) return badText;
  if (Buffer.byteLength(source) > 4096) return 'is longer than 4,096 bytes';
  if (hasControlCharacter(source) || /[\p{Cc}\p{Cf}]/u.test(source)) return 'holds a control character';
  if (/\s/.test(source)) return 'holds a blank';
  const scheme = schemeOf(source);
  if (scheme === undefined) return `begins with none of ${schemes.map((name) => `\`${name}\``).join(', ')}`;
  if (source === scheme) return `has nothing after \`${scheme}\``;
  const authority = authorityOf(source);
  if (scheme === 'https://' || scheme === 'http://')
    // Anything else would be a password with a `/` in it, which the runtime would print.
    return /^([^@]*@)?(\[[0-9a-f:.]+\]|[^@:[\]]+)(:\d+)?$/i.test(authority)
      ? undefined
      : `has no server name after \`${scheme}\``;
  return /@(?!sha\d+$)/.test(authority.replace(/:[0-9a-f]+$/, ''))
    ? 'holds a user name, which registries take from a login only'
    : undefined;
}

/** A recipe is for others to read, and is kept with each install. */
export function describeBadRecipeSource(source: string): string | undefined {
  const bad = describeBadImageSource(source);
  if (bad !== undefined) return bad;
  return /\/\/[^/@]*:[^/@]*@/.test(source) ? 'holds a password: log in with the runtime instead' : undefined;
}

/** Whether it is no SIF yet: one is made of it where it is brought, with another hash each time. */
export function isOfLayers(source: string): boolean {
  return ['docker://', 'docker-archive:', 'oci:'].includes(schemeOf(source) ?? '');
}

/** Whether it can only ever be the same: a digest says which it is. */
export function hasDigest(source: string): boolean {
  return schemeOf(source) === 'docker://' && /@sha256:[0-9a-f]{64}$/.test(source);
}

/** Whether the source is a registry or library on this very machine, which need not speak TLS. */
export function isOnThisMachine(source: string): boolean {
  const scheme = schemeOf(source);
  if (scheme !== 'docker://' && scheme !== 'oras://' && scheme !== 'library://') return false;
  // Without a slash it is the name of an image on the runtime's usual server.
  if (!source.slice(scheme.length).includes('/')) return false;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(authorityOf(source));
}

/** The server of a source, with what may stand before `@`; empty where the source is a path. */
function authorityOf(source: string): string {
  const scheme = schemeOf(source) ?? '';
  return scheme.endsWith('//') ? (/^[^/?#]*/.exec(source.slice(scheme.length))?.[0] ?? '') : '';
}
