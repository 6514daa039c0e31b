import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';

const envFile = fileURLToPath(new URL('../../testbed/env.sh', import.meta.url));

/** What testbed/env.sh says of this machine: the real programs and images that end-to-end tests use. */
export const machine = readMachine();

function readMachine(): {
  images: string;
  lmodInit: string;
  user: string;
  /** Of the user, for a root who starts programs as that one. */
  ids: { uid: number; gid: number };
  path: string;
  environment: Record<string, string>;
} {
  const text = execFileSync('bash', ['-c', `. "$1" && env -0`, 'env', envFile], { encoding: 'utf8' });
  const all = Object.fromEntries(
    text.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const { CT_IMAGES: images = '', CT_LMOD_INIT: lmodInit = '', CT_USER: user = '', PATH: path = '' } = all;
  for (const needed of [join(images, 'tiny.sif'), lmodInit])
    if (!existsSync(needed)) throw new Error(`\`${needed}\` is not there: run \`npm test\`, which sets the machine up`);
  const environment = Object.fromEntries(
    Object.entries(all).filter(([name]) =>
      /^(OMPI_|UCX_|PMIX_|CT_(MPICH|PROOT)$|CT_(ENVMODULES|ENVMODULES_SID|LMOD_SID)_INIT$)/.test(name),
    ),
  );
  // Lmod drops repeated entries from PATH when it loads any module at all; npm puts some there.
  const [uid = 0, gid = 0] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, user])));
  return { images, lmodInit, user, ids: { uid, gid }, path: [...new Set(path.split(':'))].join(':'), environment };
}

export const tinyImage = join(machine.images, 'tiny.sif');
export const standInImage = 'lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif';

export interface Ran {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Sandbox {
  /** A directory of the user's own, the working directory and HOME of what runs. */
  readonly dir: string;
  readonly prefix: string;
  /** Runs a bash script as the unprivileged user, with Lmod, ctinstall and the runtime at hand. */
  readonly run: (script: string, environment?: Readonly<Record<string, string>>) => Promise<Ran>;
  /** As `run`; a failing script is an error that shows its output. */
  readonly succeed: (script: string, environment?: Readonly<Record<string, string>>) => Promise<string>;
  readonly write: (name: string, text: string) => string;
}

/** A place of its own for one test, gone when the test is done; in a hook, `whenDone` is given what removes it. */
export function makeSandbox(whenDone: (remove: () => void) => void = onTestFinished): Sandbox {
  const dir = mkdtempSync(join(tmpdir(), 'ctinstall-test-'));
  whenDone(() => rmSync(dir, { recursive: true, force: true }));
  giveToUser(dir);
  const prefix = join(dir, inject('prefixName'));
  const run = (script: string, environment: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    runAsUser(`umask ${inject('umask')}; . "$CT_LMOD_INIT"; PATH=$CT_TOOL/bin:$PATH\n${script}`, dir, {
      ...machine.environment,
      PATH: machine.path,
      HOME: dir,
      TMPDIR: tmpdir(),
      LANG: 'C.UTF-8',
      CT_LMOD_INIT: machine.lmodInit,
      CT_IMAGES: machine.images,
      CT_TOOL: inject('toolDir'),
      // What `module use` leads to, without a start of Lmod for each script.
      MODULEPATH: `${environment.CTINSTALL_PREFIX ?? prefix}/modules:${inject('toolDir')}/modulefiles`,
      CTINSTALL_PREFIX: prefix,
      CTINSTALL_SITE_SETTINGS: '/dev/null',
      ...environment,
    });
  return {
    dir,
    prefix,
    run,
    succeed: async (script, environment) => {
      const { status, stdout, stderr } = await run(`set -e\n${script}`, environment);
      if (status !== 0)
        throw new Error(`exit status ${status} of:\n${script}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`);
      return stdout;
    },
    write: (name, text) => {
      const path = resolve(dir, name);
      const made = mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      giveToUser(made ?? path);
      return path;
    },
  };
}

export function giveToUser(path: string): void {
  if (isRoot()) execFileSync('chown', ['-R', '-h', `${machine.user}:`, path]);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function runAsUser(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((done, reject) => {
    const child = spawn('bash', ['--norc', '--noprofile', '-c', script], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(isRoot() ? machine.ids : {}),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => {
      stdout += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
    });
    child.on('error', reject);
    child.on('close', (status, signal) => done({ status, signal, stdout, stderr }));
  });
}

/** An easyconfig for the small image, with more lines as given. */
export function tinyEasyconfig(more = '', { name = 'tiny', version = '1.0' } = {}): string {
  return `name: ${name}\nversion: "${version}"\nimage: { file: tiny.sif }\nwrappers: [start-shell]\n${more}`;
}
