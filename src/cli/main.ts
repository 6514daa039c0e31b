import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { commandWordOf } from './command-word.ts';

/*
 * The start of ctinstall. It loads as little as it can before it knows what is asked: on a parallel file system each
 * file costs a round trip. The rest of the program is one file, beside which lies what V8 made of it when it was built: then
 * nothing has to be compiled. Another Node.js than that of the build does not take this, and compiles.
 */
const toolDir = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const argv = process.argv.slice(2);

/** Those that are to be quick have a program without what other commands need. */
const ofTheirOwn = ['list', 'show', 'search', 'job'] as const;
type CommandOfItsOwn = (typeof ofTheirOwn)[number];

/** Names of the files of the program, set by build.js: with a hash of what is in them, as V8 compares no more than their length. */
declare const bundles: Readonly<Record<'program' | CommandOfItsOwn | 'completion', string>>;
type Program = typeof import('./run-cli.ts');
type Completion = typeof import('./completion/run-completion.ts');

/** Files of the program that it has asked for, by their names. */
const parts = new Map<string, { readonly exports: unknown; readonly script: Script }>();

/** Bytes of the check at the end of a cache. Above what is called at once: bundled, it would have no value yet further down. */
const checkBytes = 4;

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const { version }: { version: string } = JSON.parse(readFileSync(`${toolDir}/package.json`, 'utf8'));
  process.stdout.write(`${version}\n`);
} else if (argv[0] === '__complete') {
  const { exports } = load<Completion>(bundles.completion);
  void exports.runCompletion(argv.slice(1), toolDir);
} else if (argv[0] === '__compile') {
  void compile();
} else {
  const word = commandWordOf(argv);
  const own = ofTheirOwn.find((command) => command === word);
  const { exports } = load<Program>(bundles[own ?? 'program']);
  void exports.runCli(argv, toolDir);
}

/** Runs a CommonJS file as `require` does, and so those of the build that it requires. */
function load<Exports>(name: string): { readonly exports: Exports; readonly script: Script } {
  const filename = `${toolDir}/dist/${name}`;
  const cache = cacheOf(filename);
  const head = '(function (exports, require, module, __filename) {';
  const script = new Script(`${head}${readFileSync(filename, 'latin1')}\n})`, {
    filename,
    columnOffset: -head.length,
    ...(existsSync(cache) ? { cachedData: dataOf(readFileSync(cache)) } : {}),
  });
  const module = { exports: {} };
  const require = createRequire(filename);
  const requireAny = (wanted: string): unknown =>
    wanted.startsWith('./') ? loadPart(wanted.slice(2)) : require(wanted);
  script.runInThisContext()(module.exports, requireAny, module, filename);
  return { exports: module.exports as Exports, script };
}

function loadPart(name: string): unknown {
  const part = parts.get(name) ?? load<unknown>(name);
  parts.set(name, part);
  return part.exports;
}

/** What is to be given to V8, which takes whatever has the right length and crashes on it: nothing where a part was lost. */
function dataOf(cache: Buffer): Buffer {
  const data = cache.subarray(0, -checkBytes);
  return cache.length > checkBytes && cache.readInt32LE(data.length) === checkOf(data) ? data : Buffer.alloc(0);
}

/**
 * Of a few bytes of each sector: what a full disk or a stopped machine takes from a file is whole sectors. To look at all of
 * it would take longer than to compile.
 */
function checkOf(data: Buffer): number {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length >> 2);
  let check = data.length;
  for (let at = 0; at < words.length; at += 32) check = (Math.imul(check, 31) + (words[at] ?? 0)) | 0;
  return check;
}

/** For the Node.js that it was made by, on such a processor: V8 does not look whether the processor fits. */
function cacheOf(filename: string): string {
  return filename.replace(/\.js$/, `-${process.version}-${process.arch}.cache`);
}

/** Part of the build. A function that was not called is not compiled: so that is done first which is to be quick. */
async function compile(): Promise<void> {
  const completion = load<Completion>(bundles.completion);
  await completion.exports.runCompletion(['list', ''], toolDir);
  keep(bundles.completion, completion.script);
  const commands = argv.slice(1).map((command) => command.split(' '));
  for (const name of ['program', ...ofTheirOwn] as const) {
    const { exports, script } = load<Program>(bundles[name]);
    for (const command of commands)
      if (name === 'program' || name === command[0]) await exports.runCli(command, toolDir);
    keep(bundles[name], script);
  }
  for (const [name, { script }] of parts) keep(name, script);
  process.exitCode = 0;
}

function keep(name: string, script: Script): void {
  const data = script.createCachedData();
  const check = Buffer.alloc(checkBytes);
  check.writeInt32LE(checkOf(data));
  writeFileSync(cacheOf(`${toolDir}/dist/${name}`), Buffer.concat([data, check]));
}
