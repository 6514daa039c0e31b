import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostPath } from '../../src/lib/paths.ts';
import { verifySignature } from '../../src/runtime/verify-signature.ts';
import { machine } from '../harness/sandbox.ts';
import { failure } from '../image/failure.ts';
import { expectRefused, keyrings, keysOf, makeImage, root, singularity, verify } from './signature-support.ts';

describe('verifySignature', () => {
  it('says who signed the image', async () => {
    const log: string[] = [];
    const image = makeImage('Ada');
    expect(await verify(image, {}, log)).toBe(`signed by Ada <Ada@example.org> (${keyrings.Ada?.fingerprint})`);
    expect(log[0]).toBe(`singularity verify --local ${image}`);
    expect(log).toContain('3   |1       |NONE    |FS');
  });

  it('says who signed it, each of them', async () => {
    const image = makeImage('Ada');
    singularity(['sign', image], keysOf('Bob'));
    const both = join(root, 'both');
    mkdirSync(both, { mode: 0o700 });
    for (const name of ['Ada', 'Bob']) {
      const file = join(root, `${name}.asc`);
      execFileSync('sh', ['-c', 'echo 0 | singularity key export "$1"', 'export', file], {
        env: { PATH: machine.path, HOME: root, ...keysOf(name) },
        stdio: 'pipe',
      });
      singularity(['key', 'import', file], { APPTAINER_KEYSDIR: both });
    }
    expect(await verify(image, { APPTAINER_KEYSDIR: both })).toMatch(
      /^signed by Ada .* and Bob <Bob@example.org> \([0-9A-F]{40}\)$/,
    );
    // The runtime wants to know each of them.
    await expectRefused(
      image,
      `is signed with a key that is not among yours: ${keyrings.Ada?.fingerprint}, ${keyrings.Bob?.fingerprint}`,
    );
  });

  it('refuses an image that is not signed', async () => {
    const error = await expectRefused(makeImage(), 'is not signed');
    expect(error.hint).toContain('`singularity sign <image>`');
    expect(error.details[0]).toMatch(/^command: singularity verify --local .*tiny\.sif$/);
    expect(error.details.at(-1)).toContain('signature not found');
  });

  it('refuses one whose signatures were taken away', async () => {
    const image = makeImage('Ada');
    singularity(['sif', 'del', '4', image]);
    await expectRefused(image, 'is not signed');
  });

  it('refuses a signature by a key that the user does not have, and says how to get it', async () => {
    const print = keyrings.Bob?.fingerprint;
    const error = await expectRefused(makeImage('Bob'), `is signed with a key that is not among yours: ${print}`);
    expect(error.hint).toContain('`singularity key import <file>`');
  });

  it('asks no key server, which would have anyone’s key', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(404).end();
    });
    server.on('connect', ({ url }, socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [environment, image] = [{ http_proxy: proxy, https_proxy: proxy }, makeImage('Bob')];
    await expectRefused(
      image,
      `is signed with a key that is not among yours: ${keyrings.Bob?.fingerprint}`,
      environment,
    );
    expect(asked).toEqual([]);
    // Which the runtime does if it is let.
    const env = { PATH: machine.path, HOME: root, ...environment, ...keysOf('Ada') };
    await expect(promisify(execFile)('singularity', ['verify', image], { env })).rejects.toThrow();
    expect(asked.length).toBeGreaterThan(0);
  });

  it('refuses a file that is no SIF', async () => {
    const file = join(root, 'text.sif');
    writeFileSync(file, 'text');
    expect((await failure(verify(file))).code).toBe('image-invalid');
  });

  it('is stopped by the signal', async () => {
    const signal = AbortSignal.abort();
    const options = {
      image: hostPath(makeImage('Ada')),
      runtime: 'singularity',
      environment: {},
      log: () => undefined,
    };
    expect((await failure(verifySignature({ ...options, signal }))).code).toBe('interrupted');
  });
});

describe('a signature that is not of PGP', () => {
  /** A key, its public part, and a certificate of it that is its own issuer. */
  function makeKey(): { secret: string; open: string; certificate: string } {
    const directory = mkdtempSync(join(root, 'pem-'));
    const [secret, open, certificate] = ['secret', 'open', 'certificate'].map((name) =>
      join(directory, `${name}.pem`),
    ) as [string, string, string];
    const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'pipe' });
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', secret);
    openssl('pkey', '-in', secret, '-pubout', '-out', open);
    openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      secret,
      '-subj',
      '/CN=Ada',
      '-addext',
      'extendedKeyUsage=codeSigning',
      '-out',
      certificate,
    );
    return { secret, open, certificate };
  }

  it('is verified with the key or certificate that the user has set', async () => {
    const { secret, open, certificate } = makeKey();
    const image = makeImage('Ada');
    singularity(['sif', 'del', '4', image]);
    singularity(['sign', '--key', secret, image]);
    expect(await verify(image, { SINGULARITY_VERIFY_KEY: open })).toBe(`signed with the key of \`${open}\``);
    const trusted = { SINGULARITY_VERIFY_CERTIFICATE: certificate, SINGULARITY_VERIFY_ROOTS: certificate };
    expect(await verify(image, trusted)).toBe(`signed with the key of certificate \`${certificate}\``);
    await expectRefused(image, 'is signed with a key that is no PGP key');
    await expectRefused(image, 'is signed with a certificate that is not trusted here', {
      SINGULARITY_VERIFY_CERTIFICATE: certificate,
    });
    await expectRefused(image, 'is signed with another key than the one that is set', {
      SINGULARITY_VERIFY_KEY: makeKey().open,
    });
    await expectRefused(image, 'cannot be verified: the key or certificate that is set cannot be read', {
      SINGULARITY_VERIFY_KEY: '/nowhere',
    });
    await expectRefused(makeImage('Ada'), 'is signed with a PGP key, but a key or certificate of another kind is set', {
      SINGULARITY_VERIFY_KEY: open,
    });
  });
});
