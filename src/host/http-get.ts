import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** What a server answers; the body must be read or cancelled. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly header: (name: string) => string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  readonly cancel: () => Promise<void>;
}

export interface HttpGetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The proxy for a URL; undefined where it is asked directly. */
  readonly proxyFor: (url: URL) => string | undefined;
}

const mostRedirects = 10;

/** Asks for a URL, by a proxy where there is one: what Node.js offers for that begins with version 24. */
export async function httpGet(address: string, options: HttpGetOptions): Promise<HttpAnswer> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const proxy = options.proxyFor(url);
    const answer = proxy === undefined ? await getDirectly(url, options) : await getByProxy(url, proxy, options);
    const place = [301, 302, 303, 307, 308].includes(answer.status) ? answer.header('location') : undefined;
    if (place === undefined) return answer;
    await answer.cancel();
    url = new URL(place, url);
  }
  throw new Error(`the server redirects more than ${mostRedirects} times`);
}

async function getDirectly(url: URL, { headers, signal }: HttpGetOptions): Promise<HttpAnswer> {
  const response = await fetch(url, { signal, redirect: 'manual', ...(headers === undefined ? {} : { headers }) });
  return {
    status: response.status,
    statusText: response.statusText,
    header: (name) => response.headers.get(name) ?? undefined,
    body: response.body ?? nothing(),
    cancel: async () => response.body?.cancel(),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function getByProxy(url: URL, proxy: string, options: HttpGetOptions): Promise<HttpAnswer> {
  const by = new URL(proxy);
  const { signal, headers = {} } = options;
  const isSecure = url.protocol === 'https:';
  const socket = isSecure ? await openTunnel(url, by, signal) : undefined;
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const request =
      socket === undefined
        ? clientOf(by).request(by, {
            path: url.href,
            headers: { ...headers, host: url.host, ...credentials(by) },
            signal,
          })
        : https.request(url, { headers, signal, createConnection: () => socket });
    request.once('response', resolve).once('error', reject).end();
  });
  return {
    status: message.statusCode ?? 0,
    statusText: message.statusMessage ?? '',
    header: (name) => message.headersDistinct[name.toLowerCase()]?.[0],
    body: message,
    cancel: async () => void message.destroy(),
  };
}

/** A connection through the proxy, of which it sees no more than where it leads. */
async function openTunnel(url: URL, by: URL, signal: AbortSignal): Promise<Duplex> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const path = `${url.hostname}:${url.port || 443}`;
  const opened = await new Promise<Duplex>((resolve, reject) => {
    clientOf(by)
      .request(by, { method: 'CONNECT', path, headers: { host: path, ...credentials(by) }, signal })
      .once('connect', ({ statusCode }: IncomingMessage, socket: Duplex) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        reject(new Error(`the proxy ${by.host} answers ${statusCode}`));
      })
      .once('error', reject)
      .end();
  });
  const secure = tls.connect({ ...https.globalAgent.options, socket: opened, servername: host });
  await new Promise<void>((resolve, reject) => {
    secure.once('secureConnect', resolve).once('error', reject);
  });
  return secure;
}

function clientOf({ protocol }: URL): typeof http | typeof https {
  return protocol === 'https:' ? https : http;
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(text).toString('base64')}` };
}
