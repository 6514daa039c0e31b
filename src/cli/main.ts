import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

/*
 * The start of ctinstall. It loads as little as it can before it knows what is asked: on a parallel file system each
 * file costs a round trip. The rest of the program is one file, beside which lies what V8 made of it when it was built: then
 * nothing has to be compiled. Another Node.js than that of the build does not take this, and compiles.
 */
const toolDir = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const argv = process.argv.slice(2);

/** Names of the files of the program, set by build.js: with a hash of what is in them, as V8 compares no more than their length. */
declare const bundles: Readonly<Record<'program' | 'list' | 'show' | 'completion', string>>;
type Program = typeof import('./run-cli.ts');
type Completion = typeof import('./completion/run-completion.ts');

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const { version }: { version: string } = JSON.parse(readFileSync(`${toolDir}/package.json`, 'utf8'));
  process.stdout.write(`${version}\n`);
} else if (argv[0] === '__complete') {
  const { exports } = load<Completion>(bundles.completion);
  void exports.runCompletion(argv.slice(1), toolDir);
} else if (argv[0] === '__compile') {
  void compile();
} else {
  // All of the program but what other commands need.
  const [word = ''] = argv;
  const { exports } = load<Program>(word === 'list' || word === 'show' ? bundles[word] : bundles.program);
  void exports.runCli(argv, toolDir);
}

/** Runs a CommonJS file as `require` does. */
function load<Exports>(name: string): { readonly exports: Exports; readonly script: Script } {
  const filename = `${toolDir}/dist/${name}`;
  const cache = cacheOf(filename);
  const head = '(function (exports, require, module, __filename) {';
  const script = new Script(`${head}${readFileSync(filename, 'latin1')}\n})`, {
    filename,
    columnOffset: -head.length,
    ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(filename), module, filename);
  return { exports: module.exports as Exports, script };
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
  for (const name of ['program', 'list', 'show'] as const) {
    const { exports, script } = load<Program>(bundles[name]);
    for (const command of commands)
      if (name === 'program' || name === command[0]) await exports.runCli(command, toolDir);
    keep(bundles[name], script);
  }
  process.exitCode = 0;
}

function keep(name: string, script: Script): void {
  writeFileSync(cacheOf(`${toolDir}/dist/${name}`), script.createCachedData());
}
