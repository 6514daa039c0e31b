import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { all, serve, sif, small } from './fetch-served.ts';
import { addRemote, buildFetchProgram, type FetchSite, makeFetchSite, modeOf, onlyTheImage } from './fetch-support.ts';
import { writeDockerArchive, writeLayout } from './oci-image.ts';

const done = { kind: 'done', log: expect.any(Array) };

beforeAll(buildFetchProgram);

/** A key and a certificate for this machine that its user made; and the file that holds the certificate. */
function makeCertificate(site: FetchSite): { key: string; cert: string; file: string } {
  const [key, file] = [join(site.root, 'given/key.pem'), join(site.root, 'given/cert.pem')];
  execFileSync(
    'openssl',
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1'
      .split(' ')
      .concat('-keyout', key, '-out', file),
    { stdio: 'ignore' },
  );
  site.own();
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(file, 'utf8'), file };
}

/** That the image of layers is there, and is one that the runtime lists and whose file has what was in the layer. */
function expectSmall(site: FetchSite): void {
  expect(site.left()).toEqual(onlyTheImage);
  expect(modeOf(site.target)).toBe('644');
  const listed = site.asUser(['singularity', 'sif', 'list', site.target]);
  const [, start = ''] = /\|(\d+)-\d+ +\|FS \(Squashfs\/\*System/.exec(listed) ?? [];
  expect(site.asUser(['unsquashfs', '-no-progress', '-offset', start, '-cat', site.target, 'etc/small'])).toBe(
    'from layers\n',
  );
}

function expectTiny(site: FetchSite): void {
  expect(site.left()).toEqual(onlyTheImage);
  expect(readFileSync(site.target).equals(sif)).toBe(true);
  expect(modeOf(site.target)).toBe('644');
}

describe('fetchImage', () => {
  it('docker://: makes an image of layers', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    expect(await site.fetch(`docker://${host}/me/small:1`)).toEqual(done);
    expectSmall(site);
  });

  it('docker://: over https, with a certificate that the user trusts', async () => {
    const site = await makeFetchSite();
    const { file, ...tls } = makeCertificate(site);
    const { host } = await serve(all, tls);
    expect(
      await site.fetch(`docker://${host}/me/small@${small.manifest.digest}`, { environment: { SSL_CERT_FILE: file } }),
    ).toEqual(done);
    expectSmall(site);
  });

  it('oras://: takes the SIF that a registry holds', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    expect(await site.fetch(`oras://${host}/me/tiny:1`)).toEqual(done);
    expectTiny(site);
  });

  it('http://', async () => {
    const [site, { host, requests }] = [await makeFetchSite(), await serve()];
    expect(await site.fetch(`http://${host}/tiny.sif`)).toMatchObject({
      kind: 'done',
      log: [`singularity pull --disable-cache image.sif http://${host}/tiny.sif`, 'INFO:    Downloading network image'],
    });
    expectTiny(site);
    expect(requests).toEqual(['HEAD /tiny.sif', 'GET /tiny.sif']);
  });

  it('https://, with a certificate that the user trusts', async () => {
    const site = await makeFetchSite();
    const { file, ...tls } = makeCertificate(site);
    const { host } = await serve(all, tls);
    expect(await site.fetch(`https://${host}/tiny.sif`, { environment: { SSL_CERT_FILE: file } })).toEqual(done);
    expectTiny(site);
    // And it keeps to the umask.
    site.asUser(['rm', site.target]);
    await site.fetch(`https://${host}/tiny.sif`, { environment: { SSL_CERT_FILE: file }, umask: 0o077 });
    expect(modeOf(site.target)).toBe('600');
  });

  it('library://: asks the library that the user has told the runtime of, and compares its hash', async () => {
    const [site, { host, requests }] = [await makeFetchSite(), await serve()];
    addRemote(site, host);
    expect(await site.fetch('library://me/col/tiny:1')).toEqual(done);
    expectTiny(site);
    expect(requests.some((request) => request.startsWith('GET /v1/imagefile/me/col/tiny:1?arch='))).toBe(true);
    expect(existsSync(join(site.root, 'home/.apptainer/cache/library'))).toBe(false);
  });

  it('library://: takes a library on this machine by its name', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    addRemote(site, host);
    expect(await site.fetch(`library://${host}/me/col/tiny:1`)).toEqual(done);
    expectTiny(site);
  });

  it('docker-archive: and oci:, from where the easyconfig lies or from a path', async () => {
    const site = await makeFetchSite();
    const base = join(site.root, 'given/with: colon');
    mkdirSync(base);
    writeDockerArchive(join(base, 'small.tar'), small);
    writeLayout(join(base, 'layout'), small);
    writeDockerArchive(join(site.root, 'given/other.tar'), small);
    site.own();
    for (const source of [
      'docker-archive:small.tar',
      'oci:./layout',
      `docker-archive:${join(site.root, 'given/other.tar')}`,
    ]) {
      expect(await site.fetch(source, { base })).toEqual(done);
      expectSmall(site);
      site.asUser(['rm', site.target]);
    }
  });

  it.each(['SINGULARITY', 'APPTAINER'])(
    'uses the cache of a user who has %s_CACHEDIR, and leaves it',
    async (prefix) => {
      const [site, { host, requests }] = [await makeFetchSite(), await serve()];
      const environment = {
        [`${prefix}_CACHEDIR`]: join(site.root, 'home/cache'),
        [`${prefix}_TMPDIR`]: join(site.root, 'home/tmp'),
      };
      site.asUser(['mkdir', join(site.root, 'home/tmp')]);
      const source = `oras://${host}/me/tiny:1`;
      expect(await site.fetch(source, { environment })).toEqual(done);
      expectTiny(site);
      const asked = requests.length;
      site.asUser(['rm', site.target]);
      const again = await site.fetch(source, { environment });
      expect(again.log).toContain('INFO:    Using cached SIF image');
      expectTiny(site);
      expect(requests.slice(asked).filter((request) => request.includes('/blobs/'))).toEqual([]);
      expect(existsSync(join(site.root, 'home/tmp'))).toBe(true);
    },
  );

  it('makes temporary files nowhere but in its own directory', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    const shared = join(site.root, 'home/shared-tmp');
    site.asUser(['mkdir', '-m', '555', shared]);
    expect(await site.fetch(`docker://${host}/me/small:1`, { environment: { TMPDIR: shared } })).toEqual(done);
    expectSmall(site);
    expect(existsSync(join(site.root, 'home/.apptainer/cache'))).toBe(false);
  });

  it('names that directory to whatever the runtime starts, too', async () => {
    const site = await makeFetchSite();
    const runtime = join(site.root, 'given/runtime');
    writeFileSync(runtime, '#!/bin/sh\nenv | grep TMPDIR | sort\nexit 1\n', { mode: 0o755 });
    const { log } = await site.fetch('docker://x', { runtime, environment: { TMPDIR: '/nowhere' } });
    expect(log.slice(1)).toEqual(
      ['APPTAINER_TMPDIR', 'SINGULARITY_TMPDIR', 'TMPDIR'].map((name) => `${name}=${site.root}/work/tmp`),
    );
  });

  it('is not led astray by the variables of a module that is loaded', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve()];
    const environment = {
      SINGULARITY_BIND: '/nowhere',
      APPTAINER_BIND: '/nowhere',
      SINGULARITY_PULLFOLDER: '/nowhere',
      APPTAINER_PULLDIR: '/nowhere',
      SINGULARITY_SANDBOX: 'true',
      APPTAINER_PULL_NAME: '/nowhere',
      APPTAINER_PULL_ARCH: 'riscv64',
      SINGULARITYENV_PATH: '/nowhere',
      SINGULARITY_NV: 'no boolean',
      SINGULARITY_DISABLE_CACHE: 'no boolean',
    };
    expect(await site.fetch(`docker://${host}/me/small:1`, { environment })).toEqual(done);
    expectSmall(site);
  });
});

describe('fetchImage with a login', () => {
  const source = (host: string): string => `docker://${host}/me/small:1`;

  it('uses the user name and password of the runtime’s variables', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve({ ...all, credentials: 'joe:s3cret' })];
    const environment = { SINGULARITY_DOCKER_USERNAME: 'joe', SINGULARITY_DOCKER_PASSWORD: 's3cret' };
    const fetched = await site.fetch(source(host), { environment });
    expect(fetched).toEqual(done);
    expect(JSON.stringify(fetched)).not.toContain('s3cret');
    expectSmall(site);
  });

  it('uses what `registry login` has kept', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve({ ...all, credentials: 'joe:s3cret' })];
    const auth = Buffer.from('joe:s3cret').toString('base64');
    site.asUser(['mkdir', join(site.root, 'home/.apptainer')]);
    writeFileSync(
      join(site.root, 'home/.apptainer/docker-config.json'),
      JSON.stringify({ auths: { [host]: { auth } } }),
    );
    site.own();
    expect(await site.fetch(source(host))).toEqual(done);
    expectSmall(site);
  });

  it('uses those of a file’s address, and never shows them', async () => {
    const [site, { host }] = [await makeFetchSite(), await serve({ ...all, credentials: 'joe:s3/cret' })];
    const fetched = await site.fetch(`http://joe:s3%2Fcret@${host}/tiny.sif`);
    expect(fetched).toEqual(done);
    expect(fetched.log[0]).toBe(`singularity pull --disable-cache image.sif 'http://***@${host}/tiny.sif'`);
    expectTiny(site);
    const wrong = await site.fetch(`http://joe:wr%2Fong@${host}/tiny.sif`, { target: join(site.root, 'out/b.sif') });
    expect(wrong.code).toBe('fetch-failed');
    expect(JSON.stringify(wrong)).not.toMatch(/joe|wr.{1,3}ong/);
  });
});
