import { createHash } from 'node:crypto';
import { readBytesIfThere } from '../../../host/files.ts';
import { httpGet } from '../../../host/http-get.ts';
import { receiveFile } from '../../../host/receive-file.ts';
import { type HostPath, joinHost } from '../../../lib/paths.ts';
import { fetchChanged, fetchUrl, proxyOf } from './fetch-url.ts';
import type { CondaContext } from './types.ts';

/** A kept file begins with a line of what the server said of it. */
interface Head {
  readonly etag: string | undefined;
  readonly modified: string | undefined;
}

/**
 * An index file of a channel (`repodata.json`), or undefined where there is none. It is kept, and fetched again only where the
 * server has another.
 * @throws CtinstallError `fetch-failed`
 */
export async function readIndex(url: string, cache: HostPath, context: CondaContext): Promise<Buffer | undefined> {
  if (url.startsWith('file://')) return gather(await fetchUrl(url, context));
  const key = createHash('sha256').update(url).digest('hex').slice(0, 32);
  const file = joinHost(cache, 'repodata', key);
  const kept = divide(await readBytesIfThere(file));
  const headers: Record<string, string> = {};
  if (kept?.head.etag !== undefined) headers['if-none-match'] = kept.head.etag;
  else if (kept?.head.modified !== undefined) headers['if-modified-since'] = kept.head.modified;
  const answer = await fetchChanged(url, headers, context);
  if (answer.kind !== 'new') return answer.kind === 'same' ? kept?.body : undefined;
  const head: Head = { etag: answer.answer.header('etag'), modified: answer.answer.header('last-modified') };
  const body = (await gather(answer.pieces)) ?? Buffer.alloc(0);
  // Without either nothing can tell whether it is still the same.
  if (head.etag !== undefined || head.modified !== undefined)
    await receiveFile(pieces(`${JSON.stringify(head)}\n`, body), file, {
      onBytes: () => undefined,
      verify: () => undefined,
    });
  return body;
}

/**
 * Whether the solver can read a channel in small pieces itself, which is quicker than any index. It knows no proxies: where there
 * is one, it cannot.
 */
export async function hasShards(channel: string, context: CondaContext): Promise<boolean> {
  const url = `${channel}/noarch/repodata_shards.msgpack.zst`;
  if (proxyOf(new URL(url), context) !== undefined) return false;
  const { signal } = context;
  const answer = await httpGet(url, { signal, proxyFor: () => undefined }).catch(() => undefined);
  await answer?.cancel();
  return answer?.status === 200;
}

function divide(bytes: Buffer | undefined): { readonly head: Head; readonly body: Buffer } | undefined {
  const end = bytes?.indexOf(0x0a) ?? -1;
  if (bytes === undefined || end < 0) return undefined;
  try {
    const { etag, modified }: Partial<Head> = JSON.parse(bytes.subarray(0, end).toString());
    return { head: { etag, modified }, body: bytes.subarray(end + 1) };
  } catch {
    return undefined;
  }
}

async function gather(all: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (all === undefined) return undefined;
  const gathered: Uint8Array[] = [];
  for await (const piece of all) gathered.push(piece);
  return Buffer.concat(gathered);
}

async function* pieces(...all: readonly (string | Buffer)[]): AsyncGenerator<Uint8Array> {
  for (const each of all) yield Buffer.from(each);
}
