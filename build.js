// Bundles the tool into a handful of files: on a parallel file system each file opened costs a
// round trip, and an installed ctinstall then needs no node_modules at run time.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';
import {
  inFileOfItsOwn,
  loadFilesLazily,
  loadLazily,
  namespacesOf,
  onlyCommand,
  packagesApart,
  sourceOf,
  withPackedWasm,
} from './build-plugins.js';

/** For a tarball: small, and without what V8 makes for one Node.js, as it is not known which one will run it. */
const isRelease = process.argv.includes('--release');

const common = {
  outdir: 'dist',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  // What is not in a file need not be read at each start.
  minifyWhitespace: true,
  minifyIdentifiers: isRelease,
  legalComments: 'linked',
  // CommonJS has none, and import() of what is in the same file or Node's own is require().
  define: { 'import.meta.url': '__url' },
  supported: { 'dynamic-import': false },
  plugins: [
    loadLazily([
      ...['child_process', 'crypto', 'net', 'readline', 'readline/promises', 'stream', 'stream/promises'],
      ...[
        'fs/promises',
        'os',
        'timers/promises',
        'worker_threads',
        'zlib',
        'tty',
        'cli-progress',
        'diff',
        'execa',
        'picocolors',
        'semver',
        'yaml',
        '@dagrejs/dagre',
      ],
    ]),
  ],
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
};

await rm('dist', { recursive: true, force: true });
const program = 'src/cli/run-cli.ts';
const schemaFiles = [
  ...['settings/option-schemas', 'settings/value-schemas', 'settings/file-schemas'],
  ...['easyconfig/schema', 'easyconfig/schema-keys'],
  ...['transaction/holder-schema', 'gpu/gpu-file-schema', 'mpi/mpi-file-schema', 'mpi/saved-mpi-schema'],
].map((name) => join(import.meta.dirname, 'src', `${name}.ts`));
/** Packages of which something is in the files. */
const packages = new Set();
// With the grammar of another language, which few runs need: once, and not in each of the files below.
const { eb } = await bundle({ eb: 'src/formats/eb/import-eb.ts' }, [], { minify: true });
common.plugins.push(inFileOfItsOwn(/formats\/eb\/import-eb\.ts$/, eb));
await bundleSolver();
const bundles = isRelease ? await bundleForRelease() : await bundleForSpeed();
await build({
  ...common,
  entryPoints: { ctinstall: 'src/cli/main.ts' },
  define: { ...common.define, bundles: JSON.stringify(bundles) },
});
await copyFile('src/host/hash-worker.mjs', 'dist/hash-worker.mjs');
await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
if (!isRelease) await compile();

async function bundleForSpeed() {
  const files = await bundle({ program, completion: 'src/cli/completion/run-completion.ts' });
  // To read a file takes the longer the more is in it: what these rarely need is not in theirs.
  const { yaml, execa, progress } = await bundle({ yaml: 'yaml', execa: 'execa', progress: 'cli-progress' });
  const apart = packagesApart({ yaml, execa, 'cli-progress': progress });
  // To make the schemas takes long, and where there are no settings, locks, … there is nothing to check.
  const { checks } = await bundle({ checks: 'checks' }, [sourceOf('checks', namespacesOf(schemaFiles)), apart]);
  const checksLazily = loadFilesLazily(schemaFiles, checks);
  const shippedPresets = JSON.stringify(JSON.stringify(await parseShippedPresets()));
  const define = { ...common.define, shippedPresets };
  for (const name of ['list', 'show', 'search', 'job']) {
    // Only `show` makes schemas nearly always.
    const lazily = name === 'show' ? [] : [checksLazily];
    const plugins = [onlyCommand(name), apart, ...lazily];
    Object.assign(files, await bundle({ [name]: program }, plugins, { define }));
  }
  return files;
}

/** What the shipped presets say, by their texts: to read those is not for each start. */
async function parseShippedPresets() {
  const directory = await mkdtemp(join(tmpdir(), 'ctinstall-build-'));
  try {
    const { outdir: _, ...options } = common;
    const outfile = join(directory, 'parse.cjs');
    await build({ ...options, entryPoints: ['src/settings/parse.ts'], outfile });
    const { parseSettings } = await import(outfile);
    const texts = readdirSync('sites').map((name) => readFileSync(join('sites', name), 'utf8'));
    return Object.fromEntries(texts.map((text) => [text, parseSettings(text, 'preset')]));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** One file for all: small counts here. */
async function bundleForRelease() {
  const { program: all } = await bundle({ program: 'src/cli/program-and-completion.ts' });
  await writeLicences();
  return { program: all, list: all, show: all, search: all, job: all, completion: all };
}

/** The solver of conda packages runs in a thread of its own, from a file of its own, and lies packed beside it. */
async function bundleSolver() {
  const name = 'solver.wasm.br';
  const { metafile } = await build({
    ...common,
    entryPoints: { 'solve-worker': 'src/operations/build/conda/solve-worker.mjs' },
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nconst __dirname = require('node:path').dirname(require('node:url').fileURLToPath(import.meta.url));",
    },
    define: {},
    plugins: [withPackedWasm('@conda-org/rattler', { wasm: 'js_rattler_bg.wasm', name })],
    metafile: true,
  });
  noteLicences(metafile);
  const wasm = readFileSync('node_modules/@conda-org/rattler/dist/js_rattler_bg.wasm');
  // As small as it gets takes 20 s.
  const quality = isRelease ? constants.BROTLI_MAX_QUALITY : 4;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24 };
  await writeFile(`dist/${name}`, brotliCompressSync(wasm, { params }));
}

/** What the licences of packages ask of whoever hands them on. A text that many have is there once, below their names. */
async function writeLicences() {
  const byText = new Map();
  for (const name of [...packages].sort()) {
    const directory = join('node_modules', name);
    const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
    const { version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const lines = file === undefined ? [] : readFileSync(join(directory, file), 'utf8').split(/\r?\n/);
    const isNotice = (line) => /^\s*(\([cC]\)|Copyright\b)/.test(line);
    const text = lines
      .filter((line) => !isNotice(line))
      .join('\n')
      .trim();
    const key = text.replace(/\s+/g, ' ');
    const notices = lines
      .filter(isNotice)
      .map((line) => `  ${line.trim()}\n`)
      .join('');
    const { names = '' } = byText.get(key) ?? {};
    byText.set(key, { names: `${names}${name} ${version}, ${license}\n${notices}`, text });
  }
  const parts = [...byText.values()].map(({ names, text }) => `${names}\n${text}\n`);
  await writeFile('dist/LICENSES.txt', parts.join(`\n${'-'.repeat(79)}\n\n`));
}

/** Bundles each into a file of its own; gives the names of the files. */
async function bundle(entryPoints, plugins = [], options = {}) {
  const { metafile } = await build({
    ...common,
    ...options,
    entryPoints,
    entryNames: '[name]-[hash]',
    plugins: [...plugins, ...common.plugins],
    metafile: true,
  });
  noteLicences(metafile);
  const files = Object.keys(metafile.outputs).filter((path) => path.endsWith('.js'));
  // They are read as Latin-1, which is quicker. esbuild escapes all else, but cannot in regular expressions and raw templates.
  for (const path of files)
    for (const [text] of readFileSync(path, 'utf8').matchAll(/.{0,40}[^\0-\x7f].{0,40}/g))
      throw new Error(`${path} has more than ASCII: ${text}`);
  return Object.fromEntries(files.map((path) => [basename(path).split('-')[0], basename(path)]));
}

function noteLicences(metafile) {
  for (const path of Object.keys(metafile.inputs)) {
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    if (name !== undefined) packages.add(name);
  }
}

/** Has V8's form of the program made, for the commands that are to be quick, with a home directory in which they find something. */
async function compile() {
  const home = await mkdtemp(join(tmpdir(), 'ctinstall-build-'));
  try {
    const installDir = join(home, 'ctinstall/software/a/1');
    await mkdir(join(installDir, '.ctinstall'), { recursive: true });
    await writeFile(join(installDir, '.ctinstall/record.json'), JSON.stringify(recordIn(home)));
    // So that what checks settings is compiled too.
    await mkdir(join(home, '.config/ctinstall'), { recursive: true });
    await writeFile(join(home, '.config/ctinstall/settings.yaml'), 'more_prefixes: []\n', { mode: 0o600 });
    // The second search has the index of the first.
    const commands = [
      ...['list', 'show a', 'show mpi4py-3.1.6-rocm-6.2.0.yaml', 'search mpi4py', 'search mpi4py'],
      'job a -- true',
    ];
    const env = { PATH: process.env.PATH, HOME: home };
    execFileSync(process.execPath, ['dist/ctinstall.js', '__compile', ...commands], { env, stdio: 'ignore' });
  } finally {
    await rm(home, { recursive: true });
  }
}

function recordIn(home) {
  const file = { path: 'a.sif', size: 1, mode: 0o644, mtimeMs: 0, sha256: '0'.repeat(64) };
  return {
    name: 'a',
    version: '1',
    fullVersion: '1',
    moduleName: 'a/1',
    ctinstall: '',
    installed: new Date(0).toISOString(),
    prefix: join(home, 'ctinstall'),
    modulefile: join(home, 'ctinstall/modules/a/1.lua'),
    runtime: { name: 'singularity', flavour: 'apptainer' },
    image: { file: file.path, source: '/a.sif', size: 1, how: 'copied' },
    files: [file],
  };
}
