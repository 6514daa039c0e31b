import { fileURLToPath } from 'node:url';
import { withoutSecrets } from '../../../conda/channels.ts';
import { proxyFor } from '../../../conda/proxy.ts';
import { readPieces } from '../../../host/decompress.ts';
import { isFile } from '../../../host/files.ts';
import { type HttpAnswer, httpGet } from '../../../host/http-get.ts';
import { CtinstallError } from '../../../lib/errors.ts';
import { formatLine } from '../../../lib/format.ts';
import type { CondaContext } from './types.ts';

/**
 * The bytes behind a URL, or undefined where there is nothing.
 * @throws CtinstallError `fetch-failed`
 */
export async function fetchUrl(url: string, context: CondaContext): Promise<AsyncIterable<Uint8Array> | undefined> {
  if (url.startsWith('file://')) {
    const path = fileURLToPath(url);
    return (await isFile(path)) ? readPieces(path) : undefined;
  }
  const answer = await ask(url, {}, context);
  if (answer.status === 200) return whole(answer.body, url, context);
  await answer.cancel();
  if (answer.status === 404) return undefined;
  throw refused(url, answer, context);
}

/** What became of a file of which there is a copy. */
export type Changed =
  | { readonly kind: 'same' | 'gone' }
  | { readonly kind: 'new'; readonly pieces: AsyncIterable<Uint8Array>; readonly answer: HttpAnswer };

/** The bytes behind a URL of `http`, unless they are those that `headers` describe. @throws CtinstallError `fetch-failed` */
export async function fetchChanged(
  url: string,
  headers: Readonly<Record<string, string>>,
  context: CondaContext,
): Promise<Changed> {
  const answer = await ask(url, headers, context);
  if (answer.status === 200) return { kind: 'new', pieces: whole(answer.body, url, context), answer };
  await answer.cancel();
  if (answer.status === 304) return { kind: 'same' };
  if (answer.status === 404) return { kind: 'gone' };
  throw refused(url, answer, context);
}

/** The proxy that the session names for a URL. */
export function proxyOf(url: URL, { environment }: CondaContext): string | undefined {
  return proxyFor(url, environment);
}

function ask(url: string, headers: Readonly<Record<string, string>>, context: CondaContext): Promise<HttpAnswer> {
  return httpGet(url, { headers, signal: context.signal, proxyFor: (each) => proxyOf(each, context) }).catch(
    (error: unknown) => {
      throw fetchError(url, error, context);
    },
  );
}

async function* whole(body: AsyncIterable<Uint8Array>, url: string, context: CondaContext): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw fetchError(url, error, context);
  }
}

function refused(url: string, { status, statusText }: HttpAnswer, context: CondaContext): CtinstallError {
  return fetchError(url, new Error(`the server answers ${status} ${statusText}`), context);
}

function fetchError(url: string, error: unknown, context: CondaContext): CtinstallError {
  if (context.signal.aborted) return new CtinstallError('interrupted', 'interrupted');
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const said = cause instanceof Error ? cause.message : String(cause);
  const proxy = proxyOf(new URL(url), context);
  return new CtinstallError('fetch-failed', `\`${formatLine(withoutSecrets(url))}\` cannot be fetched`, {
    details: [`  Caused by: ${formatLine(said)}`],
    hint:
      proxy === undefined
        ? 'see whether this machine reaches it, and run again: what was fetched whole is kept'
        : `it was asked for through the proxy \`${formatLine(withoutSecrets(proxy))}\`: see whether that is right, or set \`no_proxy\``,
    cause: error,
  });
}
