import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { searchCatalogue } from '../../src/discover/easyconfig-catalogue.ts';
import { hostPath } from '../../src/lib/paths.ts';
import { failure } from '../image/failure.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-catalogue-'));
  mkdirSync(join(root, 'cwd'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function easyconfig(name: string, description = 'of the test'): string {
  return `name: ${name}\nversion: "1"\nimage: { file: a.sif }\ndescription: ${description}\n`;
}

const indexFile = (): string => join(root, 'cache/ctinstall/index.json');
const options = (word = '') => ({ word, index: { file: hostPath(indexFile()), tool: 't' } });
const search = () => ({ cwd: hostPath(`${root}/cwd`), directories: [hostPath(`${root}/site`)] });

/** Searches and keeps the index; what was found is sorted, paths are shown below the root. */
async function found(word = ''): Promise<string[]> {
  const { easyconfigs, keepIndex } = await searchCatalogue(search(), options(word));
  await keepIndex();
  return easyconfigs
    .map(({ path, summary, fault, isMatch }) =>
      [isMatch ? '+' : '-', path.slice(root.length + 1), summary?.about, fault?.replaceAll(`${root}/`, '')]
        .filter((part) => part !== undefined)
        .join(' '),
    )
    .toSorted();
}

const recipe = (about: string): string => `description: ${about}\nlatest: { "1": x }\ntags: { "1": x }\ndocker: a/b\n`;

it('knows the recipes of a registry by the directory above, and what becomes of them', async () => {
  write('site/bio/one/container.yaml', recipe('the first'));
  write('site/bio/two/container.yaml', recipe('the second'));
  write('site/bio/plain/plain-1.yaml', easyconfig('plain'));
  const [one, plain, two] = [
    '+ site/bio/one/container.yaml the first',
    '+ site/bio/plain/plain-1.yaml of the test',
    '+ site/bio/two/container.yaml the second',
  ];
  await settle(join(root, 'site/bio'));
  for (const _ of ['listed', 'from the index', 'again']) expect(await found()).toEqual([one, plain, two]);
  expect(readFileSync(indexFile(), 'utf8')).toContain('"//plain//one/two"');
  write('site/bio/two/container.yaml', recipe('another'));
  write('site/bio/plain/container.yaml', recipe('a recipe now'));
  expect(await found()).toEqual([
    one,
    '+ site/bio/plain/container.yaml a recipe now',
    '+ site/bio/two/container.yaml another',
  ]);
  rmSync(join(root, 'site/bio/one/container.yaml'));
  write('site/bio/one/other-1.yaml', easyconfig('other'));
  expect(await found()).toContain('+ site/bio/one/other-1.yaml of the test');
});

/** Until the file system's clock has gone on so far that an index takes the file up. */
async function settle(file: string): Promise<void> {
  await vi.waitUntil(() => Date.now() - statSync(file).ctimeMs > 60, { interval: 5 });
}

describe('searchCatalogue', () => {
  it('looks into easyconfigs here and along the path', async () => {
    write('cwd/a-1.yaml', easyconfig('a', 'alpha %(name)s'));
    write('site/b/B/B-1.yaml', easyconfig('B', 'beta'));
    write('site/c-1.yaml', `{"name": "c", "version": "1", "image": {"file": "a.sif"}, "whatis": ["Gamma"]}`);
    expect(await found()).toEqual(['+ cwd/a-1.yaml alpha a', '+ site/b/B/B-1.yaml beta', '+ site/c-1.yaml Gamma']);
    for (const word of ['ALPHA A', 'a/1', 'a-1.YAML', 'alpha a'])
      expect([word, await found(word)]).toEqual([word, ['+ cwd/a-1.yaml alpha a']]);
    expect(await found('gamma')).toEqual(['+ site/c-1.yaml Gamma']);
    // No word of an easyconfig, but of the index.
    for (const word of ['about', '"', '\\', 'summary', 'n']) expect(await found(word)).toEqual([]);
  });

  it('names what cannot be read, whatever is searched for, and finds the others', async () => {
    write('site/good-1.yaml', easyconfig('good'));
    write('site/yaml-1.yaml', 'name: [');
    write('site/empty-1.yaml', '');
    write('site/binary-1.yaml', '\0\xff\x1b[31m');
    write('site/other-2.yaml', easyconfig('other'));
    mkdirSync(join(root, 'site/directory-1.yaml'));
    symlinkSync('nowhere', join(root, 'site/dangling-1.yaml'));
    symlinkSync('good-1.yaml', join(root, 'site/link-1.yaml'));
    execFileSync('mkfifo', [join(root, 'site/fifo-1.yaml')]);
    truncateSync(write('site/large-1.yaml', easyconfig('large')), 2 ** 31);
    for (const round of ['read', 'indexed']) {
      const all = await found('good');
      expect([round, ...all]).toEqual([
        round,
        '+ site/good-1.yaml of the test',
        '+ site/link-1.yaml of the test site/link-1.yaml: describes good; by its name and version it should be called `good-1.yaml`',
        expect.stringMatching(/^- site\/binary-1\.yaml site\/binary-1\.yaml:1:1: \P{Cc}*$/u),
        '- site/dangling-1.yaml site/dangling-1.yaml: is a link to nothing',
        expect.stringMatching(/^- site\/empty-1\.yaml site\/empty-1\.yaml:1:1: the file must be a map/),
        '- site/fifo-1.yaml site/fifo-1.yaml: is no regular file',
        '- site/large-1.yaml site/large-1.yaml: has 2.0 GiB, which is too large for an easyconfig',
        expect.stringMatching(/^- site\/yaml-1\.yaml site\/yaml-1\.yaml:1:8: /),
      ]);
      await settle(join(root, 'site/large-1.yaml'));
    }
    expect(await found('other')).toContain(
      '+ site/other-2.yaml of the test site/other-2.yaml: describes other; by its name and version it should be called `other-1.yaml`',
    );
    expect((await found('yaml-1')).filter((line) => line.startsWith('+'))).toHaveLength(1);
  });

  it('stops when it is asked to', async () => {
    write('site/a-1.yaml', easyconfig('a'));
    const error = await failure(searchCatalogue(search(), { ...options(), signal: AbortSignal.abort() }));
    expect(error.code).toBe('interrupted');
  });
});

describe('the index of searchCatalogue', () => {
  /** Two easyconfigs, and an index that has them. */
  async function indexed(): Promise<{ a: string; b: string }> {
    const files = { a: write('site/a-1.yaml', easyconfig('a', 'old')), b: write('site/b-1.yaml', easyconfig('b')) };
    await settle(files.b);
    await found();
    expect(readFileSync(indexFile(), 'utf8')).toContain(files.a);
    return files;
  }

  it('is what a second search goes by', async () => {
    const { a } = await indexed();
    // It can only be told by an index that says what the file does not.
    const text = readFileSync(indexFile(), 'utf8').replace('"about":"old"', '"about":"lie"');
    const content = text.slice(text.indexOf('\n') + 1);
    writeFileSync(indexFile(), `{"sha256":"${createHash('sha256').update(content).digest('hex')}",\n${content}`);
    expect(await found('a-1')).toEqual(['+ site/a-1.yaml lie']);
    chmodSync(a, 0o600);
    expect(await found('a-1')).toEqual(['+ site/a-1.yaml old']);
  });

  it('knows of each change at once', async () => {
    const { a, b } = await indexed();
    const { atime, mtime } = statSync(a);
    writeFileSync(a, easyconfig('a', 'new'));
    utimesSync(a, atime, mtime);
    expect(await found('a-1')).toEqual(['+ site/a-1.yaml new']);
    renameSync(b, join(root, 'site/c-1.yaml'));
    write('site/d-1.yaml', easyconfig('d', 'added'));
    expect(await found()).toEqual([
      '+ site/a-1.yaml new',
      '+ site/c-1.yaml of the test site/c-1.yaml: describes b; by its name and version it should be called `b-1.yaml`',
      '+ site/d-1.yaml added',
    ]);
    rmSync(a);
    expect(await found('a-1')).toEqual([]);
  });

  it('never holds what may change unseen: a file that was written just now', async () => {
    const a = write('site/a-1.yaml', easyconfig('a'));
    vi.useFakeTimers({ toFake: ['Date'], now: statSync(a).ctimeMs + 20 });
    onTestFinished(() => void vi.useRealTimers());
    await found();
    expect(existsSync(indexFile())).toBe(false);
    vi.setSystemTime(statSync(a).ctimeMs + 2100);
    await found();
    expect(readFileSync(indexFile(), 'utf8')).toContain(a);
  });

  it('is made again where it is damaged, and not missed where it cannot be', async () => {
    const { a } = await indexed();
    const whole = readFileSync(indexFile());
    for (const damaged of ['', '{', whole.subarray(0, 300), Buffer.alloc(whole.length)]) {
      writeFileSync(indexFile(), damaged);
      expect(await found('old')).toEqual(['+ site/a-1.yaml old']);
      expect(readFileSync(indexFile()).equals(whole)).toBe(true);
    }
    rmSync(join(root, 'cache'), { recursive: true });
    write('cache', 'a file');
    expect(await found('old')).toEqual(['+ site/a-1.yaml old']);
    const without = await searchCatalogue(search(), { word: 'old', index: undefined });
    await without.keepIndex();
    expect(without.easyconfigs.map(({ path }) => path)).toEqual([a]);
  });

  it('is whole, with searches at the same time', async () => {
    const { a } = await indexed();
    chmodSync(a, 0o600);
    await settle(a);
    const all = await Promise.all(Array.from({ length: 8 }, () => found('old')));
    for (const lines of all) expect(lines).toEqual(['+ site/a-1.yaml old']);
    expect(readdirSync(dirname(indexFile()))).toEqual(['index.json']);
  });

  it('does not change with the current directory, unless there are many easyconfigs in that', async () => {
    const { a } = await indexed();
    const before = readFileSync(indexFile(), 'utf8');
    const here = write('cwd/here-1.yaml', easyconfig('here'));
    await settle(here);
    expect(await found('here')).toEqual(['+ cwd/here-1.yaml of the test']);
    expect(readFileSync(indexFile(), 'utf8')).toBe(before);
    for (let made = 0; made < 120; made += 1) write(`cwd/n${made}-1.yaml`, easyconfig(`n${made}`));
    await settle(join(root, 'cwd/n119-1.yaml'));
    await found();
    expect(readFileSync(indexFile(), 'utf8')).toContain('/cwd/n7-1.yaml');
    expect(existsSync(a)).toBe(true);
  });
});
