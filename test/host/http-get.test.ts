import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpGet } from '../../src/host/http-get.ts';

let directory: string;
let server: https.Server;
let proxy: Server;
const tunnels: string[] = [];
const globalOptions = { ...https.globalAgent.options };
const portOf = (each: Server | https.Server): number => (each.address() as AddressInfo).port;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ctinstall-http-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...options, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, ({ url, headers }, response) => {
    if (url === '/moved') response.writeHead(302, { location: '/there' }).end();
    else response.end(`${url} ${headers.host?.replace(/:\d+$/, '')}`);
  });
  proxy = createServer().on('connect', ({ url = '' }, client, head) => {
    tunnels.push(url);
    if (url.startsWith('refused')) return client.end('HTTP/1.1 403 No\r\n\r\n');
    const there = connect(portOf(server), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Yes\r\n\r\n');
      there.write(head);
      there.pipe(client).pipe(there);
    });
  });
  for (const each of [server, proxy]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  https.globalAgent.options.ca = readFileSync(cert);
});

afterAll(() => {
  Object.assign(https.globalAgent.options, { ca: globalOptions.ca });
  server.closeAllConnections();
  server.close();
  proxy.close();
  rmSync(directory, { recursive: true, force: true });
});

it('reaches a server of TLS through a proxy, and follows where that leads', async () => {
  const proxyFor = (): string => `http://127.0.0.1:${portOf(proxy)}`;
  const { signal } = new AbortController();
  const answer = await httpGet(`https://localhost:${portOf(server)}/moved`, { signal, proxyFor });
  expect([answer.status, await text(answer.body)]).toEqual([200, '/there localhost']);
  expect(tunnels).toEqual([`localhost:${portOf(server)}`, `localhost:${portOf(server)}`]);
  await expect(httpGet('https://refused/', { signal, proxyFor })).rejects.toThrow(/^the proxy \S+ answers 403$/);
});
