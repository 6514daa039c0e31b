import { describe, expect, it } from 'vitest';
import { hintOfFetch } from '../../src/runtime/fetch-hint.ts';

/** What tests do not make the runtime say. */
describe('hintOfFetch', () => {
  it.each([
    ['write /x/blob: disk quota exceeded', 'docker://a/b', /^free some space/],
    ['could not create squashfs, mksquashfs not found', 'docker://a/b', /needs `mksquashfs`/],
    ['TOOMANYREQUESTS: You have reached your pull rate limit', 'docker://a', /^the registry answers only so often/],
    [
      'no default remote with library client in use (see …)',
      'library://a/b/c',
      /`apptainer remote add <name> <server>`$/,
    ],
    ['UNAUTHORIZED: authentication required', 'library://a/b/c', /^log in: `apptainer remote login`/],
    [
      'DENIED: requested access to the resource is denied',
      'docker://me/x',
      /`apptainer registry login --username <you> docker:\/\/<registry>`/,
    ],
    ['DENIED: requested access', 'docker://registry.example/me/x', /docker:\/\/registry\.example`/],
    [
      'Get "https://h:5000/v2/": http: server gave HTTP response to HTTPS client',
      'docker://h:5000/x',
      /`SINGULARITY_NOHTTPS=1`$/,
    ],
    [
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'https://h/x',
      /`SSL_CERT_FILE`/,
    ],
    ['dial tcp: lookup h on 10.0.0.1:53: no such host', 'https://h/x', /^this node may have no way to the internet/],
    ['dial tcp 192.0.2.1:443: i/o timeout', 'oras://h/x', /^this node may have no way to the internet/],
    ['MANIFEST_UNKNOWN: manifest unknown', 'docker://h/x:1', /^check the name and the tag of `docker:\/\/h\/x:1`$/],
    ['open /x.tar: permission denied', 'docker-archive:/x.tar', undefined],
    [
      'while creating user namespace: operation not permitted',
      'docker://h/x',
      /^this node does not let you build images/,
    ],
    ['something else', 'docker://h/x', undefined],
  ])('%s', (said, source, hint) => {
    const found = hintOfFetch(`FATAL:   ${said}`, { source, runtime: 'apptainer', signal: undefined });
    if (hint === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(hint);
  });
});
