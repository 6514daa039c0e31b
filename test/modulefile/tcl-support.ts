import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { renderLmod } from '../../src/modulefile/render-lmod.ts';
import { renderTcl } from '../../src/modulefile/render-tcl.ts';
import type { Modulefile } from '../../src/modulefile/types.ts';
import { quoteBash } from '../../src/scripts/quote-bash.ts';

/** A modules tool with the kind of modulefile that it reads. */
export type Tool = 'Lmod, Lua' | 'Lmod, Tcl' | 'Lmod, Tcl by tclsh' | 'Lmod of sid, Tcl' | 'Environment Modules, Tcl';
export const tools: readonly Tool[] = [
  'Lmod, Lua',
  'Lmod, Tcl',
  'Lmod, Tcl by tclsh',
  'Lmod of sid, Tcl',
  'Environment Modules, Tcl',
];

const machine = readMachine();

interface Machine {
  readonly lmod: string;
  readonly lmodOfSid: string;
  readonly envmodules: string;
}

function readMachine(): Machine {
  const envFile = fileURLToPath(new URL('../../testbed/env.sh', import.meta.url));
  const script = '. "$1" && printf "%s\\n" "$CT_LMOD_INIT" "$CT_LMOD_SID_INIT" "$CT_ENVMODULES_INIT"';
  const answer = execFileSync('bash', ['-c', script, 'env', envFile], { encoding: 'utf8' });
  const [lmod = '', lmodOfSid = '', envmodules = ''] = answer.split('\n');
  for (const needed of [lmod, lmodOfSid, envmodules])
    if (!existsSync(needed)) throw new Error(`\`${needed}\` is not there: run \`npm test\`, which sets the machine up`);
  return { lmod, lmodOfSid, envmodules };
}

function initOf(tool: Tool): string {
  if (tool === 'Environment Modules, Tcl') return machine.envmodules;
  return tool === 'Lmod of sid, Tcl' ? machine.lmodOfSid : machine.lmod;
}

/** A directory with modulefiles of both kinds, gone when the test is done. */
export interface ModuleTree {
  readonly dir: string;
  /** Writes a modulefile in Lua and in Tcl. */
  readonly add: (modulefile: Modulefile) => void;
  readonly write: (path: string, text?: string) => string;
  /** Runs a bash script in an environment of its own, with a modules tool and the modulefiles that it reads. */
  readonly run: (tool: Tool, script: string, environment?: Readonly<Record<string, string>>) => Promise<Ran>;
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function makeModuleTree(name = 'tree'): ModuleTree {
  const root = mkdtempSync(join(tmpdir(), 'ctinstall-tcl-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const dir = join(root, name);
  const write = (path: string, text = ''): string => {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  for (const kind of ['lua', 'tcl']) mkdirSync(join(dir, kind), { recursive: true });
  return {
    dir,
    write,
    add: (modulefile) => {
      write(`lua/${modulefile.moduleName}.lua`, renderLmod(modulefile));
      write(`tcl/${modulefile.moduleName}`, renderTcl(modulefile));
    },
    run: (tool, script, environment = {}) => {
      const init = initOf(tool);
      const path = join(dir, tool === 'Lmod, Lua' ? 'lua' : 'tcl');
      return runBash(`. ${quoteBash(init)}\n${script}`, root, {
        PATH: '/usr/bin:/bin',
        HOME: root,
        LANG: 'C.UTF-8',
        // What `module use` leads to, without a start of the tool for each script.
        MODULEPATH: path,
        // Their caches, lists of what is loaded, … are the sandbox's own; nothing is paged.
        LMOD_PAGER: 'none',
        MODULES_PAGER: '',
        ...(tool === 'Lmod, Tcl by tclsh' ? { LMOD_FAST_TCL_INTERP: 'no' } : {}),
        ...environment,
      });
    },
  };
}

function runBash(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((done, reject) => {
    const child = spawn('bash', ['--norc', '--noprofile', '-c', script], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
    child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
    child.on('error', reject);
    child.on('close', (status) =>
      done({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

/** What the tools keep for themselves, which differs from one to the other. */
const bookkeeping =
  /^(FPATH$|__LMOD|_LMFILES_$|_ModuleTable|LMOD_|LOADEDMODULES$|MODULEPATH|MODULES_|__MODULES_|MODULESHOME$|__CTINSTALL_SAVED_|_$|SHLVL$|BASH_)/;

/** Reads what {@link snapshot} printed: the environments, one after the other, without what is the tools' own. */
export function readSnapshots(stdout: string): Record<string, string>[] {
  return stdout
    .split('\0===\0')
    .slice(0, -1)
    .map((text) =>
      Object.fromEntries(
        text
          .split('\0')
          .filter((line) => line.includes('='))
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
          .filter(([name]) => !bookkeeping.test(name)),
      ),
    );
}

/** Bash that prints the environment, to be read by {@link readSnapshots}. */
export const snapshot = "env -0; printf '===\\0'";

/** Bash that runs a script in an environment with more variables, which no later one sees. */
export function within(environment: Readonly<Record<string, string>>, script: string): string {
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoteBash(value)}`);
  return `(\n${[...exports, script].join('\n')}\n)`;
}
