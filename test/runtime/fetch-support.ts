import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { bundle } from '../apply/support.ts';
import { isRoot, machine } from '../harness/sandbox.ts';

export interface Fetched {
  readonly kind: 'done' | 'failed';
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly details?: readonly string[];
  readonly log: readonly string[];
}

export interface FetchSite {
  /** The user's: HOME, the target's directory and the rest lie in it. */
  readonly root: string;
  readonly target: string;
  readonly fetch: (source: string, more?: FetchMore) => Promise<Fetched>;
  readonly start: (source: string, more?: FetchMore) => { child: ChildProcess; ended: Promise<Fetched> };
  /** Runs a program as the user. */
  readonly asUser: (argv: readonly string[], environment?: Readonly<Record<string, string>>) => string;
  /** All that is there but HOME, and what the test itself has put there. */
  readonly left: () => string[];
  /** Gives what the test has written to the user. */
  readonly own: () => void;
}

export interface FetchMore {
  readonly environment?: Readonly<Record<string, string>>;
  readonly base?: string;
  readonly runtime?: string;
  readonly umask?: number;
  readonly target?: string;
  readonly work?: string;
}

const programDirectory = mkdtempSync(join(tmpdir(), 'ctinstall-test-'));
chmodSync(programDirectory, 0o755);
afterAll(() => rmSync(programDirectory, { recursive: true, force: true }));
let program: Promise<string> | undefined;

/** Builds the program that brings an image; to be awaited before a test starts it. */
export async function buildFetchProgram(): Promise<void> {
  program ??= bundle('test/runtime/fetch-program.ts', programDirectory);
  await program;
}

/** A place of its own for one test. The images are brought by the user whom end-to-end tests run as. */
export async function makeFetchSite(): Promise<FetchSite> {
  await buildFetchProgram();
  const programFile = join(programDirectory, 'fetch-program.mjs');
  const root = mkdtempSync(join(tmpdir(), 'ctinstall-test-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ['home', 'out', 'given']) mkdirSync(join(root, name));
  const own = (): void => {
    if (isRoot()) execFileSync('chown', ['-R', `${machine.user}:`, root]);
  };
  own();
  const target = join(root, 'out/image.sif');
  const environment = { PATH: machine.path, HOME: join(root, 'home'), LANG: 'C.UTF-8' };
  const start: FetchSite['start'] = (source, more = {}) => {
    const options = {
      source,
      runtime: more.runtime ?? 'singularity',
      base: more.base ?? join(root, 'given'),
      to: more.target ?? target,
      work: more.work ?? join(root, 'work'),
      umask: more.umask ?? 0o022,
      environment: { ...environment, ...more.environment },
    };
    const [command = '', ...args] = [...asUser(), process.execPath, programFile, JSON.stringify(options)];
    const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    return { child, ended: outcomeOf(child) };
  };
  return {
    root,
    target,
    own,
    start,
    fetch: (source, more) => start(source, more).ended,
    asUser: (argv, more = {}) => {
      const [command = '', ...args] = [...asUser(), ...argv];
      return execFileSync(command, args, {
        cwd: root,
        env: { ...environment, ...more },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    },
    left: () =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((path) => !/^(home|given)(\/|$)/.test(path))
        .toSorted(),
  };
}

/** What `out/` holds when nothing was left behind, and when the image is there. */
export const nothingLeft = ['out'];
export const onlyTheImage = ['out', 'out/image.sif'];

/** As `remote add --insecure` does, which drops the `http://` and then cannot read a name with a port. */
export function addRemote(site: FetchSite, host: string): void {
  site.asUser(['mkdir', '-m', '700', join(site.root, 'home/.apptainer')]);
  const remotes = `Active: ours\nRemotes:\n  ours:\n    URI: http://${host}\n    Insecure: true\n`;
  writeFileSync(join(site.root, 'home/.apptainer/remote.yaml'), remotes);
  site.own();
}

/** Octal permission bits. */
export function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}

/** Command lines of the running processes that name `path`. */
export function processesNaming(path: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(path));
}

/** The words that start a program as the user; the runtime refuses some things to root, and allows it too much. */
function asUser(): string[] {
  return isRoot() ? ['setpriv', '--reuid', machine.user, '--regid', machine.user, '--init-groups', '--'] : [];
}

function outcomeOf(child: ChildProcess): Promise<Fetched> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(new Error(`no outcome: ${stdout}${stderr}`));
      }
    });
  });
}
