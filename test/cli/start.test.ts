import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

/* How the built program starts: from what V8 made of it when it was built, or without. */

let root: string;
let dist: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ctinstall-start-'));
  for (const part of ['dist', 'bin', 'sites', 'easyconfigs', 'package.json'])
    cpSync(join(inject('toolDir'), part), join(root, part), { recursive: true });
  dist = join(root, 'dist');
});
afterEach(() => rmSync(root, { recursive: true }));

const filesIn = (ending: string): string[] => readdirSync(dist).filter((name) => name.endsWith(ending));

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return runWith({}, words);
}

function runWith(more: NodeJS.ProcessEnv, words: readonly string[]): ReturnType<typeof run> {
  const env = { PATH: process.env.PATH, HOME: root, CTINSTALL_SITE_SETTINGS: '/dev/null', ...more };
  const { status, stdout, stderr } = spawnSync(join(root, 'bin/ctinstall'), [...words], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

/** Each a program of its own in the built tool, or the one of all others. */
const commandLines = [
  ['list'],
  ['show', 'nothing-of-that-name'],
  ['list', '--help'],
  ['--json', 'list'],
  ['search', 'mpi4py', '--json'],
  ['__complete', 'li'],
  ['lst'],
];

describe('the built program', () => {
  it('has of each of its files what this Node.js made of it, which it takes', () => {
    // One for another processor would crash, not be refused.
    const suffix = `-${process.version}-${process.arch}.cache`;
    const names = filesIn('.cache').map((name) => name.replace(suffix, ''));
    expect(names.map((name) => name.replace(/-[^-]+$/, '')).toSorted()).toEqual([
      'checks',
      'completion',
      'job',
      'list',
      'program',
      'search',
      'show',
      'yaml',
    ]);
    for (const name of names) {
      // What V8 compares is the length.
      const head = '(function (exports, require, module, __filename) {';
      const script = new Script(`${head}${readFileSync(join(dist, `${name}.js`), 'latin1')}\n})`, {
        // A check comes behind it.
        cachedData: readFileSync(join(dist, `${name}${suffix}`)).subarray(0, -4),
      });
      expect([name, script.cachedDataRejected]).toEqual([name, false]);
    }
  });

  it.each([['list'], ['show', 'x'], ['search', 'x'], ['__complete', 'li']])('starts `%s` with it', (...words) => {
    const watch = join(root, 'watch.cjs');
    writeFileSync(
      watch,
      `const vm = require('node:vm');
       vm.Script = class extends vm.Script {
         constructor(...all) { super(...all); process._rawDebug('refused:', this.cachedDataRejected); }
       };`,
    );
    const { stderr } = runWith({ NODE_OPTIONS: `--require ${watch}` }, words);
    // `search` makes its index: it asks for what checks easyconfigs too.
    const files = words[0] === 'search' ? 2 : 1;
    expect(stderr.match(/^refused: .*$/gm)).toEqual(Array(files).fill('refused: false'));
  });

  it('does the same without it, and where it was cut, lost a part or is another Node.js’s, and writes nothing', () => {
    const before = commandLines.map((words) => run(...words));
    expect(before.map(({ status }) => status)).toEqual([0, 1, 0, 0, 0, 0, 2]);
    const caches = filesIn('.cache');
    for (const name of caches) {
      // A block in the middle that never came to the disk.
      const path = join(dist, name);
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 4096));
    }
    expect(commandLines.map((words) => run(...words))).toEqual(before);
    const some = commandLines.slice(0, 2);
    const ofSome = before.slice(0, 2);
    for (const name of caches) truncateSync(join(dist, name), 1000);
    expect(some.map((words) => run(...words))).toEqual(ofSome);
    for (const name of caches) writeFileSync(join(dist, name), '');
    expect(some.map((words) => run(...words))).toEqual(ofSome);
    for (const name of caches) rmSync(join(dist, name));
    expect(some.map((words) => run(...words))).toEqual(ofSome);
    expect(filesIn('.cache')).toEqual([]);
  });

  it('reads settings with what V8 made of that, and says what is wrong with them', () => {
    const settings = join(root, 'settings.yaml');
    for (const [text, status] of [
      ['more_prefixes: [/nowhere]\n', 0],
      ['more_prefixes: [/nowhere\n', 2],
      ['more_prefixes: 7\n', 2],
      ['umaks: "027"\n', 2],
    ] as const) {
      writeFileSync(settings, text);
      const told = runWith({ CTINSTALL_SITE_SETTINGS: settings }, ['list']);
      expect([text, told.status]).toEqual([text, status]);
      // The program of the other commands has all of it in one file.
      const other = runWith({ CTINSTALL_SITE_SETTINGS: settings }, ['settings', 'get', 'more_prefixes']);
      if (status !== 0) expect(told.stderr).toBe(other.stderr);
      else expect(told.stderr).toContain(' or /nowhere');
    }
  });

  it('knows what the shipped presets say, as long as they say that', () => {
    const sites = readdirSync(join(root, 'sites')).map((name) => name.replace('.yaml', ''));
    const showAll = () =>
      sites.map((site) => runWith({ CTINSTALL_SITE: site }, ['show', 'mpi4py-3.1.6-rocm-6.2.0.yaml', '--trace']));
    const known = showAll();
    for (const site of sites) appendFileSync(join(root, `sites/${site}.yaml`), '# another text\n');
    expect(showAll()).toEqual(known);
    expect(new Set(known.map(({ stdout, stderr }) => stdout + stderr)).size).toBe(sites.length);
    appendFileSync(join(root, 'sites/openhpc.yaml'), 'prefix: /elsewhere\n');
    expect(runWith({ CTINSTALL_SITE: 'openhpc' }, ['list']).stderr).toContain('/elsewhere');
  });

  it('tells of a bug with the place in its own file', () => {
    for (const name of filesIn('.js').filter((each) => each.startsWith('list-'))) {
      const text = readFileSync(join(dist, name), 'utf8');
      writeFileSync(
        join(dist, name),
        text.replace(
          'async function listInstalled(',
          'async function listInstalled(a, b) {\n  throw new Error("of a test");\n}\nasync function unused(',
        ),
      );
    }
    const { status, stderr } = run('list');
    expect(status).toBe(70);
    expect(stderr).toMatch(/of a test/);
    expect(stderr).toMatch(/at listInstalled \(.*\/dist\/list-[^/]*\.js:\d+:\d+\)/);
  });
});
