import { createHash } from 'node:crypto';
import { proxyFor } from '../../conda/proxy.ts';
import { isOnThisMachine } from '../../easyconfig/image-source.ts';
import { type HttpAnswer, httpGet } from '../../host/http-get.ts';
import type { Context } from '../context.ts';

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const mostBytes = 4 * 2 ** 20;
const mostSeconds = 20;

export interface Pinned {
  /** What the runtime is to bring: runtimes take no tag beside a digest. */
  readonly source: string;
  readonly recorded: string;
}

/**
 * The digest that a tag leads to now, so that what is brought is what is recorded: not of an address that has one, is none of a
 * registry, or where the registry does not say it to anybody. Source: the Distribution Specification of OCI.
 */
export async function pinToDigest(address: string, context: Context): Promise<Pinned> {
  const asItIs = { source: address, recorded: address };
  const [, written, tag = 'latest'] = /^docker:\/\/([^@]+?)(?::([\w.-]+))?$/.exec(address) ?? [];
  if (written === undefined) return asItIs;
  const url = `${isOnThisMachine(address) ? 'http' : 'https'}://${placeOf(written)}/manifests/${tag}`;
  try {
    const manifest = await readManifest(url, context);
    if (manifest === undefined) return asItIs;
    const digest = `@sha256:${createHash('sha256').update(manifest).digest('hex')}`;
    return { source: `docker://${written}${digest}`, recorded: `docker://${written}:${tag}${digest}` };
  } catch {
    // The runtime asks next, with the user's login, and says what is wrong.
    return asItIs;
  }
}

/** Docker's own rule: what has no server name is of Docker's registry, and there of `library` where it names no group. */
function placeOf(written: string): string {
  const [first = '', ...rest] = written.split('/');
  const isServer = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const [server, name] = isServer ? [first, rest.join('/')] : ['docker.io', written];
  if (server !== 'docker.io') return `${server}/v2/${name}`;
  return `registry-1.docker.io/v2/${name.includes('/') ? name : `library/${name}`}`;
}

async function readManifest(url: string, context: Context): Promise<Buffer | undefined> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(mostSeconds * 1000)]);
  const get = (from: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> =>
    httpGet(from, { headers, signal, proxyFor: (each) => proxyFor(each, context.environment) });
  const accept = { accept: manifestTypes };
  let answer = await get(url, accept);
  const ask = answer.status === 401 ? tokenUrl(answer.header('www-authenticate')) : undefined;
  if (ask !== undefined) {
    await answer.cancel();
    const { token, access_token: other }: { token?: unknown; access_token?: unknown } = JSON.parse(
      String(await readBody(await get(ask, {}))),
    );
    answer = await get(url, { ...accept, authorization: `Bearer ${String(token ?? other)}` });
  }
  return readBody(answer);
}

/** Where a registry gives anybody leave to read. */
function tokenUrl(challenge: string | undefined): string | undefined {
  const field = (name: string): string | undefined => new RegExp(`\\b${name}="([^"]*)"`).exec(challenge ?? '')?.[1];
  const realm = field('realm');
  if (!/^Bearer /i.test(challenge ?? '') || realm === undefined || !realm.startsWith('https://')) return undefined;
  const url = new URL(realm);
  for (const name of ['service', 'scope']) {
    const value = field(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

async function readBody(answer: HttpAnswer): Promise<Buffer | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  if (answer.status === 200)
    for await (const piece of answer.body) {
      length += piece.length;
      if (length > mostBytes) break;
      pieces.push(piece);
    }
  else await answer.cancel();
  return answer.status === 200 && length <= mostBytes ? Buffer.concat(pieces) : undefined;
}
