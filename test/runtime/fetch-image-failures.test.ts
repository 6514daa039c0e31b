import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { all, expectFailed, serve, sif } from './fetch-served.ts';
import { addRemote, buildFetchProgram, makeFetchSite, nothingLeft, onlyTheImage } from './fetch-support.ts';

beforeAll(buildFetchProgram);

describe('fetchImage says what is wrong, and leaves nothing, where', () => {
  it.each([
    ['docker', 'docker://HOST/me/none:1', 'check the name and the tag of `docker://HOST/me/none:1`'],
    ['oras', 'oras://HOST/me/none:1', 'check the name and the tag of `oras://HOST/me/none:1`'],
    ['http', 'http://HOST/none.sif', 'check the name and the tag of `http://HOST/none.sif`'],
    ['library', 'library://me/col/none:1', 'check the name and the tag of `library://me/col/none:1`'],
    [
      'docker-archive',
      'docker-archive:none.tar',
      'check the path: a relative one begins at the directory of the easyconfig',
    ],
    ['oci', 'oci:none', 'check the path: a relative one begins at the directory of the easyconfig'],
    [
      'oras with no SIF',
      'oras://HOST/me/text:1',
      'what is there is no SIF: `docker://` takes container images, `oras://` only SIFs',
    ],
    [
      'oras with layers',
      'oras://HOST/me/large:1',
      'what is there is no SIF: `docker://` takes container images, `oras://` only SIFs',
    ],
    [
      'docker with a SIF',
      'docker://HOST/me/tiny:1',
      'what is there is no container image: if it is a SIF, write `oras://` for `docker://`',
    ],
  ])('%s has none', async (_, source, hint) => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    addRemote(site, host);
    const failed = expectFailed(site, await site.fetch(source.replace('HOST', host)));
    expect(failed.hint).toBe(hint.replace('HOST', host));
    expect(failed.message).toBe(`fetching \`${source.replace('HOST', host)}\` failed with exit status 255`);
    expect(failed.details?.[0]).toMatch(/^command: singularity pull .*image\.sif /);
    expect(failed.details?.at(-1)).toMatch(/^ {2}\| FATAL: /);
    // Where a relative path begins.
    if (source === 'docker-archive:none.tar') expect(failed.details).toContain(`in: ${join(site.root, 'given')}`);
  });

  it.each([
    ['docker', 'docker://HOST/me/large:1', 'log in: `singularity registry login --username <you> docker://HOST`'],
    ['oras', 'oras://HOST/me/tiny:1', 'log in: `singularity registry login --username <you> oras://HOST`'],
    ['http', 'http://HOST/tiny.sif', 'download the image yourself'],
  ])('%s wants a login', async (_, source, hint) => {
    const [site, { host }] = [await makeFetchSite(), await serve({ ...all, credentials: 'joe:s3cret' })];
    const failed = expectFailed(site, await site.fetch(source.replace('HOST', host)));
    expect(failed.hint).toContain(hint.replace('HOST', host));
  });

  it('a login is wrong, which is not shown', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve({ ...all, credentials: 'joe:s3cret' })];
    const environment = { SINGULARITY_DOCKER_USERNAME: 'joe', SINGULARITY_DOCKER_PASSWORD: 'n0ts3cret' };
    const failed = expectFailed(site, await site.fetch(`docker://${host}/me/large:1`, { environment }));
    expect(failed.hint).toContain('log in: ');
    expect(JSON.stringify(failed)).not.toContain('n0ts3cret');
  });

  it.each(['docker://HOST/me/large:1', 'library://HOST/me/col/tiny:1'])('nothing answers: %s', async (source) => {
    const site = await makeFetchSite();
    addRemote(site, '127.0.0.1:1');
    const failed = expectFailed(site, await site.fetch(source.replace('HOST', '127.0.0.1:1')));
    expect(failed.hint).toBe('nothing answers there: is the server running on this node?');
  });

  it.each(['oras://registry.example/tiny:1', 'https://registry.example/tiny.sif'])(
    'the node has no way out: %s',
    async (source) => {
      const site = await makeFetchSite();
      const failed = expectFailed(
        site,
        await site.fetch(source, { environment: { https_proxy: 'http://127.0.0.1:1' } }),
      );
      expect(failed.hint).toContain('run it on a login node');
    },
  );

  it.each(['docker://HOST/me/large:1', 'oras://HOST/me/tiny:1', 'http://HOST/tiny.sif', 'library://me/col/tiny:1'])(
    'the server stops half way: %s',
    async (source) => {
      const [site, { host }] = [
        await makeFetchSite(),
        await serve({ ...all, cutAfter: { bytes: 30_000, thereupon: 'hang up' } }),
      ];
      addRemote(site, host);
      const failed = expectFailed(site, await site.fetch(source.replace('HOST', host)));
      expect(failed.hint).toBe('the server stopped half way: run it again');
    },
  );

  it('a library sends another image than it says, even if the user wants no cache', async () => {
    const library = { 'me/col/tiny': { content: sif, hash: `sha256.${'0'.repeat(64)}` } };
    const [site, { host }] = [await makeFetchSite(), await serve({ ...all, library })];
    addRemote(site, host);
    const environment = { SINGULARITY_DISABLE_CACHE: '1' };
    const failed = expectFailed(site, await site.fetch('library://me/col/tiny:1', { environment }));
    expect(failed.details?.at(-1)).toContain('does not match');
  });

  it('a web server sends a page, or only the beginning', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    const page = expectFailed(site, await site.fetch(`http://${host}/page.sif`));
    expect(page.message).toContain(`\`http://${host}/page.sif\` is not an image`);
    expect(page.message).toContain('HTML page');
    const cut = expectFailed(site, await site.fetch(`http://${host}/cut.sif`));
    expect(cut.message).toContain(`\`http://${host}/cut.sif\``);
  });

  it('the runtime ends well but there is no file', async () => {
    const site = await makeFetchSite();
    const failed = expectFailed(site, await site.fetch('docker://x', { runtime: '/bin/true' }));
    expect(failed.message).toBe('fetching `docker://x` failed with exit status 0');
  });

  it('the runtime is not there', async () => {
    const site = await makeFetchSite();
    expect(await site.fetch('docker://x', { runtime: join(site.root, 'none') })).toMatchObject({
      code: 'command-failed',
    });
    expect(site.left()).toEqual(nothingLeft);
  });

  it('the source is none', async () => {
    const site = await makeFetchSite();
    const failed = expectFailed(site, await site.fetch('--help'));
    expect(failed.message).toContain('begins with none of');
  });

  it('a file has the name already, which stays', async () => {
    const site = await makeFetchSite();
    writeFileSync(site.target, 'mine');
    const failed = await site.fetch('docker://x');
    expect(failed).toMatchObject({ code: 'fetch-failed', message: `\`${site.target}\` is there already` });
    expect([site.left(), readFileSync(site.target, 'utf8')]).toEqual([onlyTheImage, 'mine']);
  });

  it('what is said would be obeyed by a terminal', async () => {
    const site = await makeFetchSite();
    const runtime = join(site.root, 'given/runtime');
    writeFileSync(
      runtime,
      '#!/bin/sh\nprintf "\\033[31mFATAL:\\033[0m \\033]0;title\\007 http://joe:pw@host/x?token=abc\\n" >&2\nexit 255\n',
    );
    chmodSync(runtime, 0o755);
    const failed = expectFailed(site, await site.fetch('docker://x', { runtime }));
    expect(failed.details?.at(-1)).toBe('  | FATAL: \\u001b]0;title\\u0007 http://***@host/x?token=***');
  });
});

describe('fetchImage and plain http', () => {
  /** A proxy that is asked for everything but this machine, and answers plain http itself. */
  async function makeProxy(answer: string): Promise<{ environment: Record<string, string>; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(404).end(answer);
    });
    server.on('connect', ({ url }, socket) => {
      asked.push(`CONNECT ${url}`);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { environment: { http_proxy: url, https_proxy: url }, asked };
  }

  it.each(['docker', 'oras'])('%s: never speaks it to another machine', async (scheme) => {
    const site = await makeFetchSite();
    const { environment, asked } = await makeProxy('');
    expectFailed(site, await site.fetch(`${scheme}://registry.example:5000/me/x:1`, { environment }));
    expect(new Set(asked)).toEqual(new Set(['CONNECT registry.example:5000']));
  });

  it('docker: speaks it where the user says so', async () => {
    const site = await makeFetchSite();
    const { environment, asked } = await makeProxy('');
    const asks = { ...environment, SINGULARITY_NOHTTPS: '1' };
    expectFailed(site, await site.fetch('docker://registry.example:5000/me/x:1', { environment: asks }));
    expect(asked).toContain('GET http://registry.example:5000/v2/');
  });
});
