// Bundles the tool into a handful of files: on a parallel file system each file opened costs a
// round trip, and an installed ctinstall then needs no node_modules at run time.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { loadLazily, onlyCommand } from './build-plugins.js';

const common = {
  outdir: 'dist',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
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
        'fs-extra',
        'semver',
      ],
    ]),
  ],
  banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
};

await rm('dist', { recursive: true, force: true });
const program = 'src/cli/run-cli.ts';
const bundles = {
  ...(await bundle({ program, completion: 'src/cli/completion/run-completion.ts' })),
  ...(await bundle({ list: program }, [onlyCommand('list')])),
  ...(await bundle({ show: program }, [onlyCommand('show')])),
};
await build({
  ...common,
  entryPoints: { ctinstall: 'src/cli/main.ts' },
  define: { ...common.define, bundles: JSON.stringify(bundles) },
});
await copyFile('src/host/hash-worker.mjs', 'dist/hash-worker.mjs');
await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
await compile();

/** Bundles each into a file of its own; gives the names of the files. */
async function bundle(entryPoints, plugins = []) {
  const { metafile } = await build({
    ...common,
    entryPoints,
    entryNames: '[name]-[hash]',
    plugins: [...plugins, ...common.plugins],
    metafile: true,
  });
  const files = Object.keys(metafile.outputs).filter((path) => path.endsWith('.js'));
  return Object.fromEntries(files.map((path) => [basename(path).split('-')[0], basename(path)]));
}

/** Has V8's form of the program made, for the commands that are to be quick, with a home directory in which they find something. */
async function compile() {
  const home = await mkdtemp(join(tmpdir(), 'ctinstall-build-'));
  try {
    const installDir = join(home, 'ctinstall/software/a/1');
    await mkdir(join(installDir, '.ctinstall'), { recursive: true });
    await writeFile(join(installDir, '.ctinstall/record.json'), JSON.stringify(recordIn(home)));
    const commands = ['list', 'show a', 'show mpi4py-3.1.6-rocm-6.2.0.yaml'];
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
