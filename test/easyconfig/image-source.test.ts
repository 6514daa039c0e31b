import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeBadImageSource, isOnThisMachine } from '../../src/easyconfig/image-source.ts';

describe('describeBadImageSource', () => {
  it.each([
    'docker://alpine',
    'docker://alpine:3.20',
    'docker://alpine@sha256:0123456789abcdef',
    'docker://alpine:3.20@sha256:0123456789abcdef',
    'docker://localhost:5000/me/x:1@sha256:0123456789abcdef',
    'docker://[::1]:5000/me/x',
    'oras://registry.example/me/x:1.0-a_b',
    'library://user/collection/container:tag',
    'library:///user/collection/container',
    'library://host.example:8080/user/collection/container',
    'https://host.example/a%20b/@x/image.sif?download=1#part',
    'https://joe:p%2Fw@host.example:8443/image.sif',
    'http://[::1]:80/image.sif',
    'https://bücher.example/image.sif',
    'docker-archive:x.tar',
    'docker-archive:-x.tar',
    'docker-archive:/a/b.tar:tag',
    'oci:../layout@sha256:0123456789abcdef',
    `oci:${'x'.repeat(4092)}`,
  ])('takes %s', (source) => {
    expect(describeBadImageSource(source)).toBeUndefined();
  });

  it.each([
    ['', 'is empty'],
    ['docker://', 'has nothing after `docker://`'],
    ['oci:', 'has nothing after `oci:`'],
    [
      'docker:alpine',
      'begins with none of `docker://`, `oras://`, `library://`, `https://`, `http://`, `docker-archive:`, `oci:`',
    ],
    ['shub://x/y', 'begins with none of'],
    ['docker-daemon:x', 'begins with none of'],
    ['--help', 'begins with none of'],
    ['Docker://x', 'begins with none of'],
    [' docker://x', 'holds a blank'],
    ['docker://x y', 'holds a blank'],
    ['docker://x\u00a0y', 'holds a blank'],
    ['docker://x\n', 'holds a control character'],
    ['docker://x\u0085', 'holds a control character'],
    ['docker://x\u202ey', 'holds a control character'],
    ['docker://\0', 'holds NUL'],
    ['docker://\ud800', 'is not valid Unicode text'],
    [`oci:${'é'.repeat(2047)}`, 'is longer than 4,096 bytes'],
    ['https:///image.sif', 'has no server name after `https://`'],
    ['https://:80/image.sif', 'has no server name after `https://`'],
    ['https://joe:p/w@host/image.sif', 'has no server name after `https://`'],
    ['http://joe@/x', 'has no server name after `http://`'],
    ['http://host:port/x', 'has no server name after `http://`'],
    ['docker://joe:pw@registry.example/me/x', 'holds a user name, which registries take from a login only'],
    ['oras://joe@registry.example:5000/me/x', 'holds a user name, which registries take from a login only'],
    ['library://joe:pw@host/u/c/x', 'holds a user name, which registries take from a login only'],
  ])('refuses %j', (source, why) => {
    expect(describeBadImageSource(source)).toContain(why);
  });

  it('passes nothing that is more than one word, or an option', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('docker://', 'https://', 'oci:', ''),
        fc.string({ unit: 'binary' }),
        (scheme, rest) => {
          const source = scheme + rest;
          if (describeBadImageSource(source) === undefined) expect(source).toMatch(/^[a-z-]+:[^\s\p{Cc}]+$/u);
        },
      ),
    );
  });
});

describe('isOnThisMachine', () => {
  it.each([
    'docker://localhost:5000/x',
    'docker://localhost/x',
    'oras://127.0.0.1:5000/me/x',
    'library://127.1.2.3/u/c/x',
    'docker://[::1]:5000/x',
  ])('%s', (source) => {
    expect(isOnThisMachine(source)).toBe(true);
  });

  it.each([
    'docker://localhost',
    'docker://localhost.example:5000/x',
    'docker://127.0.0.1.example/x',
    'docker://registry.example/127.0.0.1/x',
    'docker://10.0.0.1:5000/x',
    'docker://localhost:5000@evil.example/x',
    'http://localhost:5000/x',
    'library://user/localhost/x',
    'docker-archive:localhost/x',
  ])('not %s', (source) => {
    expect(isOnThisMachine(source)).toBe(false);
  });
});
