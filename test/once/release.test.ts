import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSandbox, tinyEasyconfig } from '../harness/sandbox.ts';

const sources = fileURLToPath(new URL('../..', import.meta.url));
/** Of it 0.8 MB are the solver of conda packages, packed. */
const most = 3.1 * 1024 * 1024;

/** Made in a copy of the sources: the tool that other tests run must stay as it is. */
let tarball: string;
const dir = mkdtempSync(join(tmpdir(), 'ctinstall-release-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeAll(() => {
  for (const name of readdirSync(sources))
    if (!['.git', 'node_modules', 'dist', 'test'].includes(name)) execFileSync('cp', ['-r', join(sources, name), dir]);
  symlinkSync(join(sources, 'node_modules'), join(dir, 'node_modules'));
  execFileSync('npm', ['pack', '--silent'], { cwd: dir, stdio: 'pipe' });
  const [name = ''] = readdirSync(dir).filter((file) => file.endsWith('.tgz'));
  tarball = join(dir, name);
});

function bytesBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

test('what npm pack makes is small, and runs where there is Node.js and nothing else', async () => {
  const sandbox = makeSandbox();
  execFileSync('tar', ['xzf', tarball, '-C', sandbox.dir]);
  const root = join(sandbox.dir, 'package');
  expect(bytesBelow(root)).toBeLessThanOrEqual(most);
  expect(readdirSync(root).sort()).toEqual(
    ['LICENSE', 'README.md', 'bin', 'completions', 'dist', 'docs', 'easyconfigs', 'man', 'modulefiles']
      .concat(['package.json', 'runscripts', 'schemas', 'sites'])
      .sort(),
  );
  expect(readdirSync(join(root, 'dist')).filter((name) => /\.(map|cache)$/.test(name))).toEqual([]);
  expect(existsSync(join(root, 'dist/LICENSES.txt'))).toBe(true);

  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  await sandbox.succeed('mkdir only; ln -s "$(command -v node)" only/node');
  const ran = await sandbox.run(
    `export CTINSTALL_RUNTIME=$(command -v singularity || command -v apptainer) PATH=$HOME/only
     run() { "$HOME/package/bin/ctinstall" "$@"; }
     run --version; run list; run show mpi4py-3.1.6-rocm-6.2.0.yaml; run show tiny-1.0.yaml
     run install --dry-run --image-dir "$CT_IMAGES" tiny-1.0.yaml
     run schema --json-output list; run __complete li
     node -e "new (require('worker_threads').Worker)('$HOME/package/dist/solve-worker.mjs',
       { workerData: { specs: ['none'], channels: [], platforms: ['linux-64'], locked: [] } })
       .on('message', ({ failure }) => console.log(failure))"`,
    { CTINSTALL_SITE: 'generic' },
  );
  expect(ran.status).toBe(0);
  for (const part of [
    /^\d+\.\d+\.\d+\nmpi4py\/3\.1\.6-rocm-6\.2\.0, from .*\/package\/easyconfigs\//,
    /^tiny\/1\.0 → [\s\S]* copy image /m,
    /"title": "ctinstall list --json"/,
    /^list\t/m,
    /No candidates were found for none/,
  ])
    expect(ran.stdout).toMatch(part);
  expect(ran.stderr).toMatch(/^nothing is installed under /);
});

test('an install with it is like any other', async () => {
  const sandbox = makeSandbox();
  execFileSync('tar', ['xzf', tarball, '-C', sandbox.dir]);
  sandbox.write('tiny-1.0.yaml', tinyEasyconfig());
  const out = await sandbox.succeed(
    `package/bin/ctinstall --image-dir "$CT_IMAGES" tiny-1.0.yaml >&2; package/bin/ctinstall verify
     module load tiny; start-shell -c 'echo inside'`,
  );
  expect(out).toBe('tiny/1.0: as installed\ninside\n');
});
