import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Builds a program of the tests, and all of src that it needs, into `directory`; gives back its path. */
export async function bundle(source: string, directory: string): Promise<string> {
  const outfile = join(directory, basename(source).replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [join(repository, source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return outfile;
}

/** How a child ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Starts a bundled program, if asked for through another that runs it; `firstLine` is settled with its first output. */
export function start(
  program: string,
  args: readonly string[],
  { within = [] }: { within?: readonly string[] } = {},
): { child: ChildProcess; ended: Promise<Ended>; firstLine: Promise<string> } {
  const [first = '', ...rest] = [...within, process.execPath, program, ...args];
  const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (status, signal) => resolve({ status, signal, stderr })),
  );
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.trimEnd()));
    void ended.then(() => reject(new Error(`ended without a word: ${stderr}`)));
  });
  firstLine.catch(() => undefined);
  return { child, ended, firstLine };
}

/** All of a tree but times and inode numbers: kind, mode, content or target, by path. */
export function describeTree(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (path: string): void => {
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined) return;
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isDirectory()) {
      found[`${path}/`] = mode;
      for (const name of readdirSync(join(root, path))) walk(path === '' ? name : `${path}/${name}`);
    } else if (stats.isSymbolicLink()) found[path] = `→ ${readlinkSync(join(root, path))}`;
    else
      found[path] = `${mode} ${createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex')
        .slice(0, 16)}`;
  };
  walk('');
  return found;
}

/** Writes files by path; a content that begins with `→ ` is not special: links are made by the tests themselves. */
export function writeTree(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}
