import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where channels that are named without a URL lie; conda's own `channel_alias`. */
export const defaultChannelAlias = 'https://conda.anaconda.org';

/**
 * The URLs of a channel as it is written: a name, a URL, a directory; `defaults` is two.
 * @param beside the directory, absolute, that `./channel` and `../channel` begin in
 */
export function channelUrls(written: string, { alias, beside }: { alias: string; beside: string }): string[] {
  const channel = written.replace(/\/+$/, '').replace(/\/(noarch|linux-[a-z0-9]+)$/, '');
  if (/^(https?|file):\/\//.test(channel)) return [channel];
  if (channel.startsWith('/')) return [pathToFileURL(channel).href];
  if (/^\.\.?(\/|$)/.test(channel)) return [pathToFileURL(posix.join(beside, channel)).href];
  const base = alias.replace(/\/+$/, '');
  return (channel === 'defaults' ? ['main', 'r'] : [channel]).map((name) => `${base}/${name}`);
}

/** Channels of Anaconda, whose terms ask large organisations to pay. */
export function hasTerms(channel: string): boolean {
  return /^(defaults|main|r|anaconda)$/.test(channel) || /repo\.anaconda\.com|\/pkgs\/(main|r)\b/.test(channel);
}

/** A URL without a password or token: for messages, locks and records. */
export function withoutSecrets(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/, '$1').replace(/\/t\/[^/]+\//, '/');
}
