import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeSandbox, type Sandbox, tinyEasyconfig, tinyImage } from '../harness/sandbox.ts';
import { type ImageServer, type Served, serveImages } from '../runtime/image-server.ts';

const image = readFileSync(tinyImage);
const sha256 = createHash('sha256').update(image).digest('hex');

/** A server of images on this machine, and an easyconfig that names one of them. */
async function prepared(served: Served, written = ''): Promise<Sandbox & { readonly server: ImageServer }> {
  const server = await serveImages(served);
  onTestFinished(() => server.close());
  const sandbox = makeSandbox();
  const source = `source: "http://${server.host}/%(name)s.sif"`;
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig().replace('file: tiny.sif', `file: tiny.sif, ${source}${written}`));
  return { ...sandbox, server };
}

const serves: Served = { files: { '/tiny.sif': image } };

describe('image.source', () => {
  test('an image that is nowhere here is brought, checked and installed; the record says from where', async () => {
    const { succeed, prefix, server } = await prepared(serves, `, sha256: ${sha256}`);
    expect(await succeed('ctinstall --dry-run tiny-1.0.yaml')).toContain(`fetch image http://${server.host}/tiny.sif`);
    await succeed('ctinstall --enforce-checksums tiny-1.0.yaml');
    expect(await succeed('module load tiny; singularity exec "$SIF" echo runs')).toBe('runs\n');
    expect(await succeed('ctinstall show tiny')).toContain(`tiny.sif, fetched from http://${server.host}/tiny.sif`);
    expect(await succeed('ctinstall verify')).toBe('tiny/1.0: as installed\n');
    expect(readdirSync(join(prefix, '.ctinstall/staging'))).toEqual([]);
    // The image of the install does for a rebuild.
    await server.close();
    await succeed('ctinstall --rebuild tiny-1.0.yaml');
  });

  test('an image directory comes first', async () => {
    const { succeed, server } = await prepared(serves);
    await succeed('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
    expect(server.requests).toEqual([]);
  });

  test.each([
    ['another checksum', serves, `, sha256: ${'a'.repeat(64)}`, /expected SHA-256 a{64}\n +it has +[0-9a-f]{64}/],
    ['not there', { files: {} }, '', /fetching `http:\/\/127\.0\.0\.1:\d+\/tiny\.sif` failed/],
    ['half an image', { files: { '/tiny.sif': image.subarray(0, image.length / 2) } }, '', /is incomplete: it is/],
    [
      'a page of a login',
      { files: { '/tiny.sif': Buffer.from('<html>log in</html>') } },
      '',
      /is not an image: it is an HTML page/,
    ],
  ])('refused, and nothing left: %s', async (_, served, written, message) => {
    const { run, prefix } = await prepared(served, written);
    const { status, stderr } = await run('ctinstall tiny-1.0.yaml');
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(existsSync(prefix)).toBe(false);
  });

  test('a password has no place in an easyconfig', async () => {
    const sandbox = makeSandbox();
    sandbox.write('tiny-1.0.yaml', tinyEasyconfig().replace('tiny.sif', 'tiny.sif, source: "https://me:pw@x/y"'));
    const { status, stderr } = await sandbox.run('ctinstall tiny-1.0.yaml');
    expect(status).toBe(2);
    expect(stderr).toMatch(/tiny-1\.0\.yaml:3:\d+.*holds a password/s);
  });
});

describe('--fetch', () => {
  test('brings images to a directory and installs nothing; modes that need one there say so', async () => {
    const { run, succeed, prefix, dir, server } = await prepared(serves, ', mode: central');
    const missing = await run('ctinstall tiny-1.0.yaml');
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/image mode `central` needs .*ctinstall install --fetch <dir>/);
    expect(await succeed('ctinstall install --fetch images tiny-1.0.yaml')).toBe(`fetched ${dir}/images/tiny.sif\n`);
    expect(await succeed('ls -A images')).toBe('tiny.sif\n');
    expect(existsSync(prefix)).toBe(false);
    const requests = server.requests.length;
    expect(await succeed('ctinstall install --fetch images tiny-1.0.yaml')).toMatch(/is there already\n$/);
    expect(server.requests).toHaveLength(requests);
    await succeed('ctinstall --image-dir images tiny-1.0.yaml');
    expect(await succeed('module load tiny; echo "$SIF"; singularity exec "$SIF" echo runs')).toBe(
      `${dir}/images/tiny.sif\nruns\n`,
    );
  });

  test('an image that is there must be the one that the easyconfig names; --rebuild brings it anew', async () => {
    const { run, succeed, write, server } = await prepared(serves);
    const sha256 = (await succeed('sha256sum < "$CT_IMAGES/tiny.sif"')).slice(0, 64);
    const easyconfig = (hash: string): string =>
      tinyEasyconfig().replace('tiny.sif', `tiny.sif, sha256: ${hash}, source: "http://${server.host}/tiny.sif"`);
    write('tiny-1.0.yaml', easyconfig(sha256));
    // Another image of the same name: whole, but not the one that is meant.
    await succeed('mkdir images; cp "$CT_IMAGES/tiny.sif" images/; printf more >> images/tiny.sif');
    const fetch = 'ctinstall install --fetch images tiny-1.0.yaml';
    const refused = await run(fetch);
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/images\/tiny\.sif` is not the image that the easyconfig names/);
    expect(refused.stderr).toContain(`expected SHA-256 ${sha256}`);
    expect(refused.stderr).toMatch(/hint: `--rebuild` gets it into .* again/);
    expect((await run('tail -c 4 images/tiny.sif')).stdout).toBe('more');
    expect(await succeed(`${fetch} --rebuild; sha256sum < images/tiny.sif; ls -A images`)).toMatch(
      new RegExp(`^fetched .*/images/tiny\\.sif\n${sha256} +-\ntiny\\.sif\n$`),
    );
    const { length } = server.requests;
    expect(await succeed(`${fetch}; ${fetch} --rebuild`)).toMatch(/^(.* is there already\n){2}$/);
    expect(server.requests).toHaveLength(length);
    // What the source hands out is not it: what was there stays.
    write('tiny-1.0.yaml', easyconfig('a'.repeat(64)));
    expect((await run(`${fetch} --rebuild`)).status).toBe(1);
    expect((await succeed('sha256sum < images/tiny.sif; ls -A images')).replace(/ .*/, '')).toBe(
      `${sha256}\ntiny.sif\n`,
    );
  });

  test('two at once bring it once; one that fails leaves nothing', async () => {
    const { run, succeed, write, server } = await prepared(serves);
    const both = await succeed('for i in 1 2; do ctinstall install --fetch images tiny-1.0.yaml & done; wait');
    expect(both.match(/fetched/g)).toHaveLength(1);
    expect(both.match(/is there already/g)).toHaveLength(1);
    write('other-1.yaml', `name: other\nversion: "1"\nimage: { file: o.sif, source: "http://${server.host}/none" }\n`);
    expect((await run('ctinstall install --fetch images other-1.yaml')).status).toBe(1);
    expect(await succeed('ls -A images')).toBe('tiny.sif\n');
  });
});

describe('verify: signed', () => {
  const sign = `export APPTAINER_KEYSDIR=$PWD/keys; mkdir -m 700 keys; mkdir images; cp "$CT_IMAGES/tiny.sif" images/
    singularity key newpair --bit-length 2048 --name Ada --email ada@example.org --comment '' --password '' >&2
    singularity sign images/tiny.sif >&2
    ctinstall --image-dir images tiny-1.0.yaml`;

  test('an image without a signature is refused, by the easyconfig or the settings', async () => {
    const { run, prefix, write } = await prepared(serves, ', verify: signed');
    const refused = await run('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/is not signed/);
    expect(existsSync(prefix)).toBe(false);
    expect((await run('ctinstall tiny-1.0.yaml')).stderr).toMatch(/is not signed/);
    write('tiny-1.0.yaml', tinyEasyconfig());
    const bySettings = await run('ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml', { CTINSTALL_VERIFY: 'signed' });
    expect(bySettings.stderr).toMatch(/is not signed/);
    expect(existsSync(prefix)).toBe(false);
  });

  test('a signed one is installed, and the log says who signed it', async () => {
    const { succeed, prefix } = await prepared(serves, ', verify: signed');
    await succeed(sign);
    expect(await succeed('module load tiny; singularity exec "$SIF" echo runs')).toBe('runs\n');
    expect(readFileSync(join(prefix, 'software/tiny/1.0/.ctinstall/install.log'), 'utf8')).toMatch(/Ada/);
  });
});
