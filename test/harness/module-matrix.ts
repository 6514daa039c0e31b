import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MatrixModule, type Step, treeOf, wordsOf } from './matrix-sequences.ts';
import type { ModulesTool } from './modules-tools.ts';
import { giveToUser, type Sandbox } from './sandbox.ts';
import type { Shell } from './shells.ts';
import { isAllowed } from './tool-limits.ts';

export type Environment = Readonly<Record<string, string>>;

/** Sequences that are done in a session in which the user has set some variables. */
export interface Session {
  readonly name: string;
  readonly earlier: Environment;
  /** What the user sets them to later; those that are not in it are unset. */
  readonly later: Environment;
  readonly sequences: Parameters<typeof treeOf>[0];
}

export interface Place {
  readonly sandbox: Sandbox;
  readonly tool: ModulesTool;
  readonly shell: Shell;
  /** What goes on `MODULEPATH`. */
  readonly modules: string;
}

/** The environment when a step was done; environments have a character for each byte. */
export interface Seen {
  readonly tool: ModulesTool;
  readonly shell: Shell;
  readonly session: Session;
  readonly step: Step;
  readonly environment: Environment;
  /** What it should be: that of a shell in which nothing else was ever loaded. */
  readonly wanted: Environment;
  /** And that with nothing loaded. */
  readonly nothing: Environment;
  /** Where a restore came over other modules. */
  readonly beforeRestore: Environment | undefined;
}

/** Does all sequences in one process, and its forks. */
export async function runSessions({ sandbox, tool, shell, modules }: Place, sessions: Session[]): Promise<Seen[]> {
  const dir = join(sandbox.dir, `${tool.name}, ${shell.name}`);
  mkdirSync(dir);
  const trees = sessions.map((session) => ({ session, steps: treeOf(session.sequences, tool) }));
  const forks = trees.map(({ session, steps }, index) =>
    shell.fork(writeScripts(shell, session, { start: join(dir, `${index}-`), steps })),
  );
  writeFileSync(
    join(dir, 'main'),
    [shell.begin(tool.init(shell)), `module use ${shell.quote(modules)}`, ...forks, ''].join('\n'),
  );
  giveToUser(dir);
  const settings = {
    PATH: '/usr/bin:/bin',
    HOME: dir,
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    LMOD_PAGER: 'none',
    MODULES_PAGER: '',
  };
  const words = [...Object.entries(settings).map(([name, value]) => `${name}=${value}`), ...shell.argv, 'main'];
  const ran = await sandbox.run(`cd ${quote(dir)} && exec env -i ${words.map(quote).join(' ')} > stdout 2> stderr`);
  if (ran.status === null) throw new Error(`${tool.name}, ${shell.name}: ended by ${ran.signal}`);
  return trees.flatMap(({ session, steps }, index) =>
    look({ tool, shell, session, steps }, (name) => readEnvironment(join(dir, `${index}-${name}.env`))),
  );
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The session as a shell is told it, in files whose names begin with `start`; the first is what is given back. */
function writeScripts(shell: Shell, session: Session, { start, steps }: { start: string; steps: Step[] }): string {
  const write = (name: string, lines: readonly string[]): string => {
    writeFileSync(`${start}${name}`, [...lines, ''].join('\n'));
    return `${start}${name}`;
  };
  const linesOfCommand = ({ command }: Step): string[] =>
    command.do === 'change'
      ? Object.keys({ ...session.earlier, ...session.later }).map((name) => {
          const value = session.later[name];
          return value === undefined ? shell.unset(name) : shell.set(name, value);
        })
      : [`module ${wordsOf(command).join(' ')}`];
  const linesFrom = (step: Step): string[] => [
    ...linesOfCommand(step),
    shell.dump(`${start}${step.id}.env`),
    ...linesOf(step.next),
  ];
  // Where ways part, each is a file of its own.
  const linesOf = (among: readonly Step[]): string[] =>
    among.length === 1 ? among.flatMap(linesFrom) : among.map((step) => shell.fork(write(step.id, linesFrom(step))));
  return write('all', [
    ...Object.entries(session.earlier).map(([name, value]) => shell.set(name, value)),
    shell.dump(`${start}before.env`),
    ...linesOf(steps),
  ]);
}

/** What the tools and the shells keep for themselves. Left out are no variables of ctinstall's own. */
const bookkeeping =
  /^(LMOD_|__LMOD_|_LMFILES_|LOADEDMODULES$|_ModuleTable|MODULES_|__MODULES_|MODULEPATH$|_$|SHLVL$|BASH_FUNC_|PWD$)/;

function readEnvironment(file: string): Environment {
  const pairs = readFileSync(file, 'latin1')
    .split('\0')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => !bookkeeping.test(name)));
}

function look(
  { tool, shell, session, steps }: { tool: ModulesTool; shell: Shell; session: Session; steps: readonly Step[] },
  read: (name: string) => Environment,
): Seen[] {
  const all: { step: Step; environment: Environment; beforeRestore: Environment | undefined }[] = [];
  const collect = (
    among: readonly Step[],
    last: { environment: Environment; loaded: readonly unknown[]; beforeRestore: Environment | undefined },
  ): void => {
    for (const step of among) {
      const environment = read(step.id);
      const isOver = step.command.do === 'restore' && last.loaded.length > 0;
      const beforeRestore = isOver ? last.environment : last.beforeRestore;
      all.push({ step, environment, beforeRestore });
      collect(step.next, { environment, loaded: step.state.loaded, beforeRestore });
    }
  };
  const before = read('before');
  collect(steps, { environment: before, loaded: [], beforeRestore: undefined });
  const find = (...history: string[]): Environment => {
    const found = all.find(({ step }) => step.history.join(';') === history.join(';'));
    if (found === undefined) throw new Error(`nothing to compare with: ${history.join('; ')}`);
    return found.environment;
  };
  return all.map((each) => {
    const { loaded, isChanged } = each.step.state;
    const start = isChanged ? ['change'] : [];
    const nothing = isChanged ? find('change') : before;
    const alone = loaded.map((module) => find(...start, `load ${module.name}`));
    return { ...each, tool, shell, session, nothing, wanted: together(alone, nothing) };
  });
}

/** What modules change that are loaded together, given what each changes alone. */
function together(alone: readonly Environment[], nothing: Environment): Environment {
  const result: Record<string, string | undefined> = { ...nothing };
  for (const each of alone)
    for (const name of Object.keys({ ...nothing, ...each })) {
      if (each[name] === nothing[name]) continue;
      const earlier = nothing.PATH ?? '';
      const isPrepended = name === 'PATH' && each.PATH?.endsWith(earlier);
      result[name] = isPrepended ? `${each.PATH?.slice(0, -earlier.length)}${result.PATH}` : each[name];
    }
  return Object.fromEntries(
    Object.entries(result).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** In which variables an environment is not as it should be, one line each. */
export function differences(seen: Seen): string[] {
  const { environment, wanted } = seen;
  return [...new Set([...Object.keys(environment), ...Object.keys(wanted)])]
    .filter((name) => !isAllowed(name, seen))
    .map((name) => `${name} is ${show(environment[name])}, not ${show(wanted[name])}`);
}

function show(value: string | undefined): string {
  return value === undefined ? 'unset' : JSON.stringify(Buffer.from(value, 'latin1').toString());
}

export function isAlone(modules: readonly MatrixModule[], { step }: Seen): boolean {
  return step.history.length === 1 && modules.some((module) => step.history[0] === `load ${module.name}`);
}
