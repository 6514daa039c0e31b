import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';

/** What the solver is given instead of channels that it cannot fetch: they are served to it on this machine. */
export interface ChannelServer {
  /** Serves a channel by its index files; gives its URL for the solver. */
  readonly serve: (channel: string) => string;
  /** Offers some records of a channel as a channel of its own, by subdir; gives its URL. */
  readonly offer: (channel: string, repodata: ReadonlyMap<string, string>) => string;
  /** The URL of the channel that this one, as given to the solver, stands for. */
  readonly realUrl: (url: string) => string;
  /** The first that went wrong while the solver was answered. */
  readonly fault: () => unknown;
  /** What is still being read is given up, and nothing of it goes on afterwards. */
  readonly close: () => Promise<void>;
}

/** An index is large: what can be handed on in pieces is not held. */
type Content = Buffer | string | AsyncIterable<Uint8Array> | undefined;

interface Served {
  readonly channel: string;
  readonly read: (file: string) => Promise<Content>;
}

/**
 * For channels that the solver cannot read itself, and parts of others; the random part of its URLs keeps other users of the
 * machine out. `readIndex` gives an index file of a channel by its URL.
 */
export async function startChannelServer(
  readIndex: (url: string, signal: AbortSignal) => Promise<Content>,
): Promise<ChannelServer> {
  let fault: unknown;
  const closing = new AbortController();
  const readings = new Set<Promise<unknown>>();
  const served: Served[] = [];
  const token = randomUUID();
  const server = createServer((request, response) => {
    const [, given, index, file = ''] = /^\/([^/]+)\/(\d+)\/(.+)$/.exec(request.url ?? '') ?? [];
    const channel = given === token ? served[Number(index)] : undefined;
    const isIndex = /^[a-z0-9-]+\/repodata\.json(\.zst)?$/.test(file);
    const reading = isIndex ? channel?.read(file) : undefined;
    if (reading !== undefined) {
      const done = reading.catch((error: unknown) => {
        fault ??= error;
      });
      readings.add(done);
      void done.then(() => readings.delete(done));
    }
    answer(response, reading);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/${token}`;
  const add = (each: Served): string => `${base}/${served.push(each) - 1}`;
  return {
    serve: (channel) => add({ channel, read: (file) => readIndex(`${channel}/${file}`, closing.signal) }),
    fault: () => fault,
    offer: (channel, repodata) =>
      add({ channel, read: (file) => Promise.resolve(repodata.get(file.replace(/\/repodata\.json$/, ''))) }),
    realUrl: (url) => {
      const [, index, rest] = new RegExp(`^${base}/(\\d+)(/.*)?$`).exec(url) ?? [];
      return index === undefined ? url : `${served[Number(index)]?.channel ?? ''}${rest ?? ''}`;
    },
    close: async () => {
      closing.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await Promise.all(readings);
    },
  };
}

function answer(response: ServerResponse, reading: Promise<Content> | undefined): void {
  Promise.resolve(reading).then(
    (content) => {
      response.statusCode = content === undefined ? 404 : 200;
      if (content === undefined || typeof content === 'string' || Buffer.isBuffer(content)) response.end(content);
      else pipeline(Readable.from(content), response, () => undefined);
    },
    () => {
      response.statusCode = 502;
      response.end();
    },
  );
}
