import { describe, expect, it } from 'vitest';
import { maskSecrets, secretsOf } from '../../src/lib/mask-secrets.ts';

describe('maskSecrets', () => {
  it.each([
    ['https://joe:pw@host/x', 'https://***@host/x'],
    ['https://token@host/x', 'https://***@host/x'],
    ['https://joe:p@w@host/x', 'https://***@host/x'],
    ['Get "http://joe:***@host/x": EOF, http://a:b@c', 'Get "http://***@host/x": EOF, http://***@c'],
    ['https://host/x?a=1&token=abc&b=2#c', 'https://host/x?a=1&token=***&b=2#c'],
    [
      'https://host/x?X-Amz-Credential=a%2Fb&X-Amz-Signature=0f',
      'https://host/x?X-Amz-Credential=***&X-Amz-Signature=***',
    ],
    ['https://host/x?sv=1&sig=a%3D', 'https://host/x?sv=1&sig=***'],
    ['https://host/x?api_key=a&private_token=b', 'https://host/x?api_key=***&private_token=***'],
  ])('%s → %s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    'docker://alpine@sha256:0123',
    'docker://host:5000/me/alpine:1@sha256:0123',
    'https://host/@scope/x?download=1',
    'oci:layout@sha256:0123',
    'mail joe@host // or ask',
  ])('leaves %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('masks the secrets themselves, the longer ones first', () => {
    expect(maskSecrets('said pw and pw2, $& too', ['', 'pw', 'pw2', '$&'])).toBe('said *** and ***, *** too');
  });
});

describe('secretsOf', () => {
  it('is the password of a URL, as written and as meant', () => {
    expect(secretsOf('https://joe:p%2Fw@host/x')).toEqual(['p%2Fw', 'p/w']);
    expect(secretsOf('https://joe:p%w@host/x')).toEqual(['p%w']);
    expect(secretsOf('https://joe@host/x:y@z').filter((secret) => secret !== '')).toEqual([]);
  });
});
