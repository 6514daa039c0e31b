import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { fillScript, type ScriptValues } from '../../src/scripts/fill-script.ts';
import { scriptFiles } from '../../src/scripts/script-files.ts';

const scriptsDir = fileURLToPath(new URL('../../runscripts', import.meta.url));
export const moduleName = 'demo/1.0-x y';

/** What ctinstall would fill in, for a module called {@link moduleName}. */
export const scriptValues: Readonly<Record<string, ScriptValues>> = {
  'in-container': {
    image_variable: 'SIFDEMO',
    image_file: 'demo.sif',
    module: moduleName,
    runtime: 'singularity',
    gpu: 'auto',
    nv_flag: '--nv',
    install_dir: '/not/here',
    aliases: [],
    software_umask: '',
    activate: '',
  },
  'in-container.bash': {
    central_images: [],
    module_binds: [],
    user_software: '/user-software',
    module_variables: [],
    default_variables: [],
    module_paths: [],
    container_variables: [],
    mpi_variables: [],
    container_paths: [],
    container_path: ['/runscripts'],
    default_venv: '',
    venvs_inside: '/user-software/venv',
    packed_variables: [],
  },
  'container-env.bash': {
    dropped: 'CC VIRTUAL_ENV',
    dropped_beginnings: 'PYTHON',
    dropped_patterns: '',
    passing: 'PYTHONUNBUFFERED',
    path_variables: 'TMPDIR XDG_CACHE_HOME SSH_AUTH_SOCK XDG_RUNTIME_DIR SSL_CERT_DIR',
    made_paths: 'XDG_CACHE_HOME',
    stand_ins: 'TMPDIR=/tmp',
  },
  'start-shell': { module: moduleName, install_dir: '/not/here', activation: '' },
  'pip-when-packed': { module: moduleName, software_umask: '' },
  'make-venv': { venvs: '/user-software/venv', software_umask: '' },
  'squashfs-common.bash': { module: moduleName, default_processors: '0' },
  'squashfs-contents.bash': { default_excludes: '' },
};

export function readScript(name: string): string {
  return readFileSync(join(scriptsDir, name), 'utf8');
}

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** As a user without privileges, where the tests run as root; a number is its id. */
  readonly unprivileged?: boolean | number;
  /** Called with the process as soon as it is there: to send it signals. */
  readonly onStart?: (pid: number) => void;
  /** Called with all that came on stderr up to now. */
  readonly onError?: (stderr: string) => void;
}

export const isRoot = process.getuid?.() === 0;

/** Starts a program in a process group of its own, with no environment but PATH and what is given, and waits for its end. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { unprivileged = false } = options;
  const id = unprivileged === true ? 65534 : unprivileged;
  const dropping = id !== false && isRoot ? ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--'] : [];
  const [program = '', ...args] = [...dropping, ...argv];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? '/',
      env: { PATH: process.env.PATH, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => {
      stdout += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
      options.onError?.(stderr);
    });
    child.on('error', reject);
    let isOver = false;
    child.on('close', (status, signal) => {
      isOver = true;
      resolve({ status, signal, stdout, stderr });
    });
    // A test that fails half way must not leave programs that wait for ever.
    onTestFinished(() => {
      if (!isOver && child.pid !== undefined) killQuietly(-child.pid);
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
  });
}

/** Kills a process, or with a negative number a group of them, if it is still there. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** What `$?` is after it in a shell, which does not tell an exit status of 143 from an end by SIGTERM. */
export function statusInShell({ status, signal }: Ran): number | null {
  return signal === null ? status : 128 + constants.signals[signal];
}

/** A directory of its own for one test, gone when the test is done. */
export function makeTemporaryDirectory(parent = tmpdir()): string {
  const directory = mkdtempSync(join(parent, 'ctinstall-scripts-'));
  onTestFinished(() => {
    execFileSync('bash', ['-c', 'chmod -R u+rwX -- "$1"; rm -rf -- "$1"', 'bash', directory], {
      stdio: 'ignore',
    });
  });
  return directory;
}

/** An executable file of bash, found first when its directory is put on PATH. */
export function writeProgram(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/bash -p\n${text}\n`, { mode: 0o755 });
  chmodSync(path, 0o755);
  return path;
}

export interface Install {
  readonly root: string;
  readonly directory: string;
  readonly squashfs: string;
  readonly state: string;
  readonly lock: string;
  /** Directory of fake programs, first on PATH. */
  readonly fakes: string;
  readonly make: (args?: readonly string[], options?: RunOptions) => Promise<Ran>;
  readonly unmake: (args?: readonly string[], options?: RunOptions) => Promise<Ran>;
  readonly run: (script: string, args?: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Writes a file of the user software. */
  readonly write: (name: string, text?: string) => void;
  /** All that is in the install dir beside the two forms of the user software; nothing when all is well. */
  readonly leftovers: () => string[];
}

export interface InstallOptions {
  /** Last part of the install dir. */
  readonly name?: string;
  /** Owned by the user of `unprivileged: true`. */
  readonly unprivileged?: boolean;
  readonly values?: typeof scriptValues;
}

/** An install dir with the filled-in scripts. Unless told otherwise its path is one that careless quoting breaks on. */
export function makeInstall(options: InstallOptions = {}): Install {
  const { name = `it's "1.0" ü $HOME *`, values = scriptValues } = options;
  const temporary = makeTemporaryDirectory();
  const root = join(temporary, name);
  for (const [file, { directory }] of Object.entries(scriptFiles)) {
    mkdirSync(join(root, directory), { recursive: true });
    writeFileSync(join(root, directory, file), fillScript(readScript(file), values[file] ?? {}), {
      mode: 0o755,
    });
  }
  mkdirSync(join(root, 'user-software'));
  const fakes = join(temporary, 'fakes');
  mkdirSync(fakes);
  const giveAway = (): void => {
    if (options.unprivileged === true && isRoot) execFileSync('chown', ['-R', '-h', '65534:65534', temporary]);
  };
  giveAway();
  const runScript = (script: string, args: readonly string[] = [], more: RunOptions = {}): Promise<Ran> =>
    run([join(root, 'bin', script), ...args], {
      ...(options.unprivileged === true ? { unprivileged: true } : {}),
      ...more,
      env: { PATH: `${fakes}${delimiter}${process.env.PATH}`, ...more.env },
    });
  return {
    root,
    fakes,
    directory: join(root, 'user-software'),
    squashfs: join(root, 'user-software.squashfs'),
    state: join(root, '.ctinstall'),
    lock: join(root, '.ctinstall/user-software.lock'),
    run: runScript,
    make: (args, more) => runScript('make-squashfs', args, more),
    unmake: (args, more) => runScript('unmake-squashfs', args, more),
    write: (file, text = file) => {
      const path = join(root, 'user-software', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      giveAway();
    },
    leftovers: () =>
      [...readdirSync(root), ...readdirSync(join(root, '.ctinstall'))].filter(
        (entry) =>
          !/^(bin|runscripts|\.ctinstall|user-software(\.squashfs|\.lineage)?|(on-host|(in-container|container-env)(-more)?|squashfs-(common|contents|lineage|lock|pack|unpack))\.bash)$/.test(
            entry,
          ),
      ),
  };
}

/** As {@link makeInstall}, with a small and a large file in the user software. */
export function makeFilled(options: InstallOptions = {}): Install {
  const install = makeInstall(options);
  install.write('lib/a.py', 'a');
  install.write('lib/b.py', 'b'.repeat(300_000));
  return install;
}

/** How a run ends that has nothing to complain of. */
export const done = { status: 0, signal: null, stderr: '' };

/** Waits until a file is there. */
export async function waitFor(path: string): Promise<void> {
  for (let tries = 0; !existsSync(path); tries++) {
    if (tries > 3000) throw new Error(`\`${path}\` did not come`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The path of a script as it is shipped. */
export function runscript(name: string): string {
  return join(scriptsDir, name);
}
