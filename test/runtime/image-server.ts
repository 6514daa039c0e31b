import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { OciImage } from './oci-image.ts';

/*
 * Servers of images on this machine: a registry (the pull side of OCI's distribution-spec), plain files, and a library as
 * Apptainer's and Sylabs' clients ask it (`v1/images/…`, `v1/imagefile/…`).
 */

export interface Served {
  /** Answered as files, by path. */
  readonly files?: Readonly<Record<string, Buffer>>;
  /** By repository, for every tag. */
  readonly images?: Readonly<Record<string, OciImage>>;
  /** SIFs of a library by `entity/collection/container`. */
  readonly library?: Readonly<Record<string, { readonly content: Buffer; readonly hash: string }>>;
  /** `user:password` that each request must bring. */
  readonly credentials?: string;
  /** Bodies longer than this are begun, then treated so; in bytes. */
  readonly cutAfter?: { readonly bytes: number; readonly thereupon: 'hang up' | 'wait' };
}

export interface ImageServer {
  readonly host: string;
  /** `GET /path`, in order. */
  readonly requests: readonly string[];
  /** Settled when a body was begun that never ends. */
  readonly waiting: Promise<void>;
  readonly close: () => Promise<void>;
}

export async function serveImages(
  served: Served,
  tls?: { readonly key: string; readonly cert: string },
): Promise<ImageServer> {
  const requests: string[] = [];
  let isWaiting: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    isWaiting = resolve;
  });
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!isAllowed(request, served)) return refuse(response);
    const found = answerOf(new URL(request.url ?? '/', `http://${request.headers.host}`), served);
    if (found === undefined)
      return answer(response, 404, 'application/json', Buffer.from('{"errors":[{"code":"NAME_UNKNOWN"}]}'));
    const { cutAfter } = served;
    if (request.method !== 'GET' || cutAfter === undefined || found.content.length <= cutAfter.bytes)
      return answer(response, 200, found.type, request.method === 'HEAD' ? undefined : found.content, found);
    response.writeHead(200, headersOf(found.type, found.content.length, found));
    response.write(found.content.subarray(0, cutAfter.bytes), () => {
      if (cutAfter.thereupon === 'hang up') response.destroy();
      else isWaiting();
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    requests,
    waiting,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly type: string;
  readonly content: Buffer;
  readonly digest?: string;
}

function answerOf({ pathname, searchParams, origin }: URL, { files, images, library }: Served): Answer | undefined {
  if (/^\/v2\/?$/.test(pathname)) return images && { type: 'application/json', content: Buffer.from('{}') };
  // What a remote tells of its services: a library, and a server of keys, which the runtime asks after a pull.
  if (library !== undefined && pathname === '/assets/config/config.prod.json') {
    const services = { libraryAPI: { uri: origin }, keystoreAPI: { uri: origin } };
    return { type: 'application/json', content: Buffer.from(JSON.stringify(services)) };
  }
  const file = files?.[pathname];
  if (file !== undefined) return { type: 'application/octet-stream', content: file };
  const [, name = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(pathname) ?? [];
  const image = images?.[name];
  if (image !== undefined) {
    const digest = kind === 'manifests' && !reference.startsWith('sha256:') ? image.manifest.digest : reference;
    const content = image.blobs.get(digest);
    const type = kind === 'manifests' ? image.manifest.mediaType : 'application/octet-stream';
    return content && { type, content, digest };
  }
  const [, what, path = ''] = /^\/v1\/(images|imagefile)\/\/?(.+):[^:]+$/.exec(pathname) ?? [];
  const sif = library?.[path];
  if (sif === undefined || searchParams.get('arch') === null) return undefined;
  return what === 'imagefile'
    ? { type: 'application/octet-stream', content: sif.content }
    : {
        type: 'application/json',
        content: Buffer.from(JSON.stringify({ data: { hash: sif.hash, size: sif.content.length, uploaded: true } })),
      };
}

function isAllowed({ headers }: IncomingMessage, { credentials }: Served): boolean {
  return credentials === undefined || headers.authorization === `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function refuse(response: ServerResponse): void {
  response.setHeader('WWW-Authenticate', 'Basic realm="images"');
  answer(
    response,
    401,
    'application/json',
    Buffer.from('{"errors":[{"code":"UNAUTHORIZED","message":"log in first"}]}'),
  );
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: Buffer | undefined,
  found: Partial<Answer> = {},
): void {
  response.writeHead(status, headersOf(type, (body ?? found.content)?.length ?? 0, found));
  response.end(body);
}

function headersOf(type: string, length: number, { digest }: Partial<Answer>): Record<string, string | number> {
  return {
    'Content-Type': type,
    'Content-Length': length,
    ...(digest === undefined ? {} : { 'Docker-Content-Digest': digest }),
  };
}
