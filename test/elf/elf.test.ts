import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { elfFiles, readElfFile, systemDirectories } from '../../src/discover/elf-files.ts';
import { findClosure } from '../../src/elf/closure.ts';
import { parseLdSoConf } from '../../src/elf/search.ts';

const dir = mkdtempSync(join(tmpdir(), 'ct-elf-'));
afterAll(() => rmSync(dir, { recursive: true }));

const libraries = execFileSync('sh', [
  '-c',
  'ls /usr/lib/*-linux-gnu/lib*.so.[0-9] /usr/bin/python3* /usr/bin/s[a-r]* /usr/lib/*-linux-gnu/openmpi/lib/*.so* 2>/dev/null || true',
])
  .toString()
  .split('\n')
  .filter((path, index) => path !== '' && index % 4 === 0);

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, value = '']) => value);
}

/** Compiles C, as the tests of rules need libraries that say this and that. */
function compile(name: string, options: readonly string[], source = 'int f_(void) { return 0; }'): string {
  const path = join(dir, name);
  execFileSync('mkdir', ['-p', join(path, '..')]);
  execFileSync('gcc', ['-x', 'c', '-', '-x', 'none', '-o', path, ...options], { input: source });
  return path;
}

describe('an ELF file is read as readelf reads it', () => {
  it('what is needed, names, paths, versions and build ids of the libraries of this machine', async () => {
    expect(libraries.length).toBeGreaterThan(50);
    let count = 0;
    // Some are scripts, for which it ends with 1.
    const { stdout: readelf } = spawnSync('readelf', ['-dnVlW', ...libraries], {
      maxBuffer: 1 << 28,
      encoding: 'utf8',
    });
    const saidOf = new Map(readelf.split(/^File: /m).map((text) => [text.slice(0, text.indexOf('\n')), text]));
    for (const path of libraries) {
      const read = await readElfFile(path);
      if (read?.kind !== 'elf') continue;
      count++;
      const said = saidOf.get(path) ?? '';
      const { elf } = read;
      expect({
        path,
        needed: elf.needed,
        soname: elf.soname,
        buildId: elf.buildId,
        runpath: elf.runpath.join(':'),
      }).toEqual({
        path,
        needed: all(said, /\(NEEDED\)\s+Shared library: \[(.*)\]/g),
        soname: all(said, /\(SONAME\)\s+Library soname: \[(.*)\]/g)[0],
        buildId: all(said, /Build ID: (\w+)/g)[0],
        runpath: all(said, /\(RUNPATH\)\s+Library runpath: \[(.*)\]/g).join(':'),
      });
      const needs = said.split('Version needs section')[1] ?? '';
      expect(elf.versionsNeeded.map(({ version }) => version).toSorted()).toEqual(
        all(needs, /Name: (\S+)\s+Flags/g).toSorted(),
      );
      const gives = said.split('Version definition section')[1]?.split('Version needs section')[0] ?? '';
      expect(elf.versionsGiven).toEqual(all(gives, /Flags: (?!BASE).*Name: (\S+)/g));
      expect(elf.interpreter).toBe(all(said, /program interpreter: (.*)\]/g)[0]);
    }
    expect(count).toBeGreaterThan(50);
  });

  it('RPATH and RUNPATH are told apart', async () => {
    const rpath = compile('rpath.so', ['-shared', '-fPIC', '-Wl,--disable-new-dtags,-rpath,/a:$ORIGIN/b']);
    const runpath = compile('runpath.so', ['-shared', '-fPIC', '-Wl,--enable-new-dtags,-rpath,/a:$ORIGIN/b']);
    expect(await readElfFile(rpath)).toMatchObject({ elf: { rpath: ['/a', '$ORIGIN/b'], runpath: [] } });
    expect(await readElfFile(runpath)).toMatchObject({ elf: { rpath: [], runpath: ['/a', '$ORIGIN/b'] } });
  });

  it('what is of no use is told', async () => {
    const file = (name: string, bytes: Uint8Array): string => {
      writeFileSync(join(dir, name), bytes);
      return join(dir, name);
    };
    const whole = readFileSync(compile('whole.so', ['-shared', '-fPIC']));
    const changed = (at: number, value: number): Uint8Array => {
      const copy = Uint8Array.from(whole);
      copy[at] = value;
      return copy;
    };
    expect(await readElfFile(join(dir, 'none'))).toBeUndefined();
    expect(await readElfFile(dir)).toBeUndefined();
    expect(await readElfFile(file('text', Buffer.from('#!/bin/sh\necho this is a script\n')))).toEqual({
      kind: 'other',
      why: 'no ELF file',
    });
    expect(await readElfFile(file('32', changed(4, 1)))).toEqual({ kind: 'other', why: 'of 32 bits, for x86_64' });
    expect(await readElfFile(file('big', changed(5, 2)))).toEqual({ kind: 'other', why: 'for a big-endian machine' });
    expect(await readElfFile(file('arm', changed(18, 183)))).toMatchObject({
      kind: 'elf',
      elf: { machine: 'aarch64' },
    });
    expect(await readElfFile(file('short', whole.subarray(0, 300)))).toMatchObject({
      kind: 'other',
      why: expect.stringContaining('ends before'),
    });
  });
});

describe('libraries are found as ld.so finds them', () => {
  /** Paths that `ldd` says, links followed; only for files of this machine's own. */
  function lddOf(path: string, environment: Record<string, string> = {}): string[] {
    const said = execFileSync('ldd', [path], {
      env: { ...process.env, LD_LIBRARY_PATH: '', ...environment },
    }).toString();
    return all(said, /(\/\S+) \(0x/g)
      .map((each) => realpathSync(each))
      .toSorted();
  }

  async function ours(path: string, variable: readonly string[] = []): Promise<string[]> {
    const search = { variable, system: await systemDirectories() };
    const { libraries, missing } = await findClosure([path], search, elfFiles());
    expect(missing).toEqual([]);
    return libraries
      .slice(1)
      .map((each) => realpathSync(each.path))
      .toSorted();
  }

  it('programs and libraries of this machine', async () => {
    for (const path of [
      '/usr/bin/srun',
      '/bin/bash',
      '/usr/lib/x86_64-linux-gnu/libmpi.so.40',
      '/usr/bin/python3.11',
    ].filter((each) => libraries.includes(each) || each !== '/usr/bin/python3.11')) {
      const interpreter = realpathSync('/lib64/ld-linux-x86-64.so.2');
      const without = (paths: string[]): string[] => paths.filter((each) => each !== interpreter);
      expect(without(await ours(path))).toEqual(without(lddOf(path)));
    }
  });

  it('RPATH of those that asked, LD_LIBRARY_PATH, RUNPATH, $ORIGIN: who wins', async () => {
    const lib = (place: string, ...more: string[]): string =>
      compile(`${place}/libinner.so`, ['-shared', '-fPIC', '-Wl,-soname,libinner.so', ...more]);
    const inner = lib('one');
    lib('two');
    const outer = (name: string, ...more: string[]): string =>
      compile(`${name}/libouter.so`, ['-shared', '-fPIC', '-Wl,-soname,libouter.so,--no-as-needed', inner, ...more]);
    const program = (name: string, outerDir: string, ...more: string[]): string =>
      compile(
        name,
        ['-Wl,--no-as-needed', join(dir, outerDir, 'libouter.so'), `-Wl,-rpath-link,${join(dir, 'one')}`, ...more],
        'int main(void) { return 0; }',
      );
    outer('plain');
    outer('own-runpath', '-Wl,--enable-new-dtags,-rpath,$ORIGIN/../two');
    outer('own-rpath', '-Wl,--disable-new-dtags,-rpath,$ORIGIN/../two');
    const old = '-Wl,--disable-new-dtags,-rpath,';
    const both = (place: string): string => `${old}$ORIGIN/${place}:$ORIGIN/one`;
    const cases: [string, string[]][] = [
      [program('inherits-rpath', 'plain', both('plain')), []],
      [program('rpath-first', 'plain', both('plain')), [join(dir, 'two')]],
      [program('runpath-of-library', 'own-runpath', both('own-runpath')), []],
      [program('variable-before-runpath', 'own-runpath', both('own-runpath')), [join(dir, 'one')]],
      [program('rpath-of-library', 'own-rpath', both('own-rpath')), [join(dir, 'one')]],
    ];
    for (const [path, variable] of cases)
      expect(
        (await ours(path, variable)).filter((each) => each.includes('inner')),
        path,
      ).toEqual(lddOf(path, { LD_LIBRARY_PATH: variable.join(':') }).filter((each) => each.includes('inner')));
  });

  it('what is missing is said with what needs it', async () => {
    const gone = compile('gone/libgone.so', ['-shared', '-fPIC', '-Wl,-soname,libgone.so']);
    const needs = compile('needs.so', ['-shared', '-fPIC', '-Wl,--no-as-needed', gone]);
    const { missing } = await findClosure([needs], { variable: [], system: await systemDirectories() }, elfFiles());
    expect(missing).toEqual([{ name: 'libgone.so', neededBy: needs }]);
  });

  it('ld.so.conf: comments, includes, several in a line', () => {
    expect(
      parseLdSoConf('# x\ninclude /etc/ld.so.conf.d/*.conf a.conf\n/one /two:/three # y\n\nrelative\nhwcap 0 x\n'),
    ).toEqual({
      directories: ['/one', '/two', '/three'],
      includes: ['/etc/ld.so.conf.d/*.conf', 'a.conf'],
    });
  });
});
