import { describe, expect, it } from 'vitest';
import { findLinkFault, findNameFault } from '../../src/conda/archive-names.ts';
import { channelUrls, hasTerms, withoutSecrets } from '../../src/conda/channels.ts';
import { parseEnvironment } from '../../src/conda/environment.ts';
import { parseCondaLock, parseExplicitList } from '../../src/conda/lock.ts';
import { placeOfNoarch, renderEntryPoint } from '../../src/conda/noarch-python.ts';
import { parsePackageInfo } from '../../src/conda/package-info.ts';
import { replacePrefix } from '../../src/conda/prefix.ts';
import { proxyFor } from '../../src/conda/proxy.ts';
import { parseSpec } from '../../src/conda/spec.ts';
import { describeIssues } from '../../src/easyconfig/describe-issue.ts';

const shown = (text: string): string[] => describeIssues('e.yml', text, parseEnvironment(text).issues);

describe('an environment file', () => {
  it('is read', () => {
    const { environment } = parseEnvironment(`name: x
prefix: /home/me
channels: [conda-forge, "file:///c"]
dependencies:
  - Numpy=1.26=py311*
  - bioconda::samtools >=1.2,<2
  - pip: [six, -r more.txt]
`);
    expect(environment).toMatchObject({
      channels: ['conda-forge', 'file:///c'],
      wanted: [
        { name: 'numpy', spec: 'Numpy=1.26=py311*', channel: undefined, place: { line: 5 } },
        { name: 'samtools', spec: 'samtools >=1.2,<2', channel: 'bioconda', place: { line: 6 } },
      ],
      pip: ['six', '-r more.txt'],
      notes: [expect.stringMatching(/^`name` and `prefix` of the file/)],
    });
  });

  it.each([
    ['dependencis: [x]\n', 'e.yml:1:1: unknown key `dependencis`', '  hint: did you mean `dependencies`?'],
    ['dependencies:\n  - x\n  - "a b c d"\n', 'e.yml:3:5: `dependencies[1]` is no package with a version', '  | '],
    ['dependencies: ["a[build=1]"]\n', 'e.yml:1:16: `dependencies[0]` has brackets', '  | '],
    ['dependencies: ["::a"]\n', 'e.yml:1:16: `dependencies[0]` has no channel', '  | '],
    ['dependencies: [a: [b]]\n', 'e.yml:1:16: unknown key `a` in `dependencies[0]`', '  | '],
  ])('%j is refused with its place', (text, message, more) => {
    const lines = shown(text).join('\n');
    expect(lines).toContain(message);
    expect(lines).toContain(more);
  });
});

it.each([
  'a',
  'a=1',
  'a==1.2',
  'a =1.2',
  'a>=1,<2|3.*',
  'a 1.2.* py_0',
  'a=1.2=py*_0',
  'a!=1',
  'a~=1.2',
  '_libgcc_mutex',
])('the specification %s is handed on', (text) => {
  expect(parseSpec(text)).toMatchObject({ spec: text });
});

it.each(['', 'a ==', '-a', 'a =1 b c', `a ${'='.repeat(600)}`])('the specification %j is refused', (text) => {
  expect(parseSpec(text)).toHaveProperty('fault');
});

it('locks are read', () => {
  const url = 'https://h/forge/linux-64/a-b-1.0-py_0.conda';
  expect(parseExplicitList(`# c\n@EXPLICIT\n${url}#${'a'.repeat(64)}\n`)).toMatchObject({
    packages: [{ name: 'a-b', version: '1.0', build: 'py_0', subdir: 'linux-64', channel: 'https://h/forge' }],
    faults: [],
  });
  expect(parseExplicitList('@EXPLICIT\nnonsense\n').faults).toMatchObject([{ line: 2 }]);
  const lock = `metadata: {}
package:
  - {name: a, version: 1, manager: conda, platform: linux-64, url: "${url}", hash: {sha256: ${'b'.repeat(64)}}}
  - {name: a, version: 1, manager: conda, platform: osx-64, url: "x"}
  - {name: six, version: "1.16", manager: pip, platform: linux-64, url: "x", hash: {sha256: ${'c'.repeat(64)}}}
`;
  expect(parseCondaLock(lock, 'linux-64')).toMatchObject({
    packages: [{ url, sha256: 'b'.repeat(64) }],
    pip: [`six==1.16 --hash=sha256:${'c'.repeat(64)}`],
    faults: [],
  });
  expect(parseCondaLock(lock, 'linux-aarch64').faults).toHaveLength(1);
});

describe('a prefix', () => {
  const from = '/long/placeholder';
  it('is put into binaries without moving anything, however often a text has it', () => {
    const before = Buffer.from(`x${from}:${from}/b\0y${from}\0${from}`);
    const after = replacePrefix(before, { text: from, mode: 'binary' }, '/p');
    expect(after.length).toBe(before.length);
    expect(after.toString().replace(/\0+/g, '|')).toBe('x/p:/p/b|y/p|/p|');
    expect(after.indexOf('y')).toBe(before.indexOf('\0y') + 1);
  });
  it('is put into texts, of which a first line that is too long becomes one of env', () => {
    const replace = (text: string, to: string): string =>
      replacePrefix(Buffer.from(text), { text: from, mode: 'text' }, to).toString();
    expect(replace(`#!${from}/bin/python -s\n${from}`, '/p')).toBe('#!/p/bin/python -s\n/p');
    const long = `/${'l'.repeat(130)}`;
    expect(replace(`#!${from}/bin/python -s\n${from}`, long)).toBe(`#!/usr/bin/env python -s\n${long}`);
  });
});

describe('what a package says of itself', () => {
  const files = (texts: Record<string, unknown>) => (name: string) => {
    const text = texts[name];
    return text === undefined || typeof text === 'string' ? text : JSON.stringify(text);
  };
  const index = { name: 'a', version: '1', build: '0', noarch: 'python' };
  it('may be in the old form', () => {
    const read = files({ 'index.json': index, files: 'bin/a\nlib/b\n', has_prefix: '/old text bin/a\nlib/b\n' });
    expect(parsePackageInfo(read)).toMatchObject({
      noarch: 'python',
      paths: [
        { path: 'bin/a', placeholder: { text: '/old', mode: 'text' } },
        { path: 'lib/b', placeholder: { mode: 'text' } },
      ],
    });
  });
  it.each([
    [{}, 'it has no info/index.json'],
    [{ 'index.json': '{' }, 'its info/index.json is no JSON'],
    [{ 'index.json': index }, 'it has neither info/paths.json nor info/files'],
    [{ 'index.json': index, 'paths.json': { paths: [{ _path: 1 }] } }, 'its info/paths.json has another form'],
    [{ 'index.json': index, files: '', 'link.json': { noarch: { entry_points: ['../a = b:c'] } } }, 'an entry point'],
  ])('%j is refused', (texts, message) => {
    expect(() => parsePackageInfo(files(texts))).toThrow(message);
  });
  it('decides where files of Python packages go', () => {
    expect(placeOfNoarch('site-packages/a.py', '3.12')).toBe('lib/python3.12/site-packages/a.py');
    expect(placeOfNoarch('python-scripts/a', '3.12')).toBe('bin/a');
    expect(placeOfNoarch('share/a', '3.12')).toBe('share/a');
    const script = renderEntryPoint({ command: 'a', module: 'm', function: 'f' }, `/${'l'.repeat(130)}/python`);
    expect(script.startsWith(`#!/bin/sh\n'''exec' "/l`)).toBe(true);
  });
});

it.each([
  ['../a', 'leads out of it by `..`'],
  ['a/../../b', 'leads out of it by `..`'],
  ['/a', 'is absolute'],
  ['a\0', 'holds a NUL'],
  ['a/..b', undefined],
])('the name %j is not unpacked: %s', (name, fault) => {
  expect(findNameFault(name)).toBe(fault);
});

it.each([
  ['lib/a', 'b', true],
  ['lib/a', '../bin/b', true],
  ['lib/a', '/p/lib/b', true],
  ['lib/a', '../../b', false],
  ['lib/a', '/etc', false],
  ['a', '/pp', false],
])('the link %s to %s', (path, target, isFine) => {
  expect(findLinkFault(path, target, '/p') === undefined).toBe(isFine);
});

it('channels', () => {
  expect(channelUrls('conda-forge', { alias: 'https://h/', beside: '/here' })).toEqual(['https://h/conda-forge']);
  expect(channelUrls('defaults', { alias: 'https://h', beside: '/here' })).toEqual(['https://h/main', 'https://h/r']);
  expect(channelUrls('https://x/c/linux-64/', { alias: 'https://h', beside: '/here' })).toEqual(['https://x/c']);
  expect(channelUrls('/a b', { alias: 'https://h', beside: '/here' })).toEqual(['file:///a%20b']);
  expect(channelUrls('../a b', { alias: 'https://h', beside: '/my/envs' })).toEqual(['file:///my/a%20b']);
  expect(['defaults', 'conda-forge'].map(hasTerms)).toEqual([true, false]);
  expect(withoutSecrets('https://me:pw@h/t/secret/c/a.conda')).toBe('https://h/c/a.conda');
});

it('proxies', () => {
  const at = (url: string, more: Record<string, string> = {}): string | undefined =>
    proxyFor(new URL(url), { https_proxy: 'proxy:3128', no_proxy: '.inside, h:8443', ...more });
  expect(at('https://a/')).toBe('http://proxy:3128');
  expect(at('http://a/')).toBeUndefined();
  expect(at('http://a/', { ALL_PROXY: 'http://p' })).toBe('http://p');
  expect(['https://x.inside/', 'https://h:8443/'].map((url) => at(url))).toEqual([undefined, undefined]);
  expect(at('https://h/', { no_proxy: '*' })).toBeUndefined();
});
