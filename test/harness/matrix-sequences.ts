import type { ModulesTool } from './modules-tools.ts';

/*
 * What is done with modules, and which of them are loaded then. Sequences that begin alike are done once, in a shell that
 * forks where they part: a tree.
 */

export interface MatrixModule {
  readonly name: string;
  /** Of environments one is loaded at a time, of tools many are, beside one another and beside an environment. */
  readonly kind: 'environment' | 'tool';
}

/** What is said to `module`; or `change`: the user gives the variables other values. */
export type Command =
  | { readonly do: 'load' | 'unload'; readonly module: MatrixModule }
  | { readonly do: 'swap'; readonly module: MatrixModule; readonly by: MatrixModule }
  | { readonly do: 'purge' | 'reload' | 'save' | 'restore' | 'change' };

export interface State {
  /** In the order in which they were loaded. */
  readonly loaded: readonly MatrixModule[];
  readonly saved: readonly MatrixModule[];
  readonly isChanged: boolean;
}

export const firstState: State = { loaded: [], saved: [], isChanged: false };

export interface Step {
  /** Its file names. */
  readonly id: string;
  readonly command: Command;
  readonly state: State;
  /** This command and those before it, to be read. */
  readonly history: readonly string[];
  readonly next: Step[];
}

const load = (module: MatrixModule): Command => ({ do: 'load', module });
const unload = (module: MatrixModule): Command => ({ do: 'unload', module });
const swap = (module: MatrixModule, by: MatrixModule): Command => ({ do: 'swap', module, by });
const [purge, reload, save, restore, change] = (['purge', 'reload', 'save', 'restore', 'change'] as const).map(
  (word): Command => ({ do: word }),
) as [Command, Command, Command, Command, Command];

/** What the others are compared with. */
export function loadedAlone(a: MatrixModule): Command[][] {
  return [[load(a)]];
}

/** And with what the user changes in between. */
export function sequencesOfOne(a: MatrixModule): Command[][] {
  return [
    [load(a), unload(a), change, load(a), unload(a)],
    [change, load(a)],
    [load(a), reload, unload(a)],
    [load(a), save, purge, restore, unload(a)],
  ];
}

export function sequencesOfTwo(a: MatrixModule, b: MatrixModule, tool: ModulesTool): Command[][] {
  if (!isInTheWay(a, b))
    return [
      [load(a), load(b), unload(a), unload(b)],
      [load(a), load(b), unload(b), unload(a)],
      [load(a), load(b), load(a), purge],
      [load(a), swap(a, b), unload(b)],
      [load(a), save, load(b), restore, purge],
    ];
  return [
    ...(replaces(tool)
      ? [
          [load(a), load(b), load(a), unload(a)],
          [load(a), load(b), purge],
        ]
      : [[load(a), load(b), unload(a)]]),
    [load(a), swap(a, b), swap(b, a), purge],
    [load(a), swap(a, b), unload(b)],
    [load(a), save, swap(a, b), restore, purge],
  ];
}

export function sequencesOfThree(a: MatrixModule, b: MatrixModule, c: MatrixModule): Command[][] {
  return [
    [load(a), load(b), load(c), unload(a), unload(c), unload(b)],
    [load(a), load(b), load(c), unload(b), purge],
  ];
}

/** The sequences as a tree whose branches begin alike. */
export function treeOf(sequences: readonly (readonly Command[])[], tool: ModulesTool): Step[] {
  const roots: Step[] = [];
  let count = 0;
  for (const sequence of sequences) {
    let [among, state, history] = [roots, firstState, [] as readonly string[]];
    for (const command of sequence) {
      const words = wordsOf(command).join(' ');
      let step = among.find(({ history }) => history.at(-1) === words);
      if (step === undefined) {
        count += 1;
        step = { id: `${count}`, command, state: after(command, state, tool), history: [...history, words], next: [] };
        among.push(step);
      }
      ({ next: among, state, history } = step);
    }
  }
  return roots;
}

/** What `module` is told; for `change`, only what is shown of it. */
export function wordsOf(command: Command): string[] {
  switch (command.do) {
    case 'swap':
      return ['swap', command.module.name, command.by.name];
    case 'load':
    case 'unload':
      return [command.do, command.module.name];
    case 'save':
    case 'restore':
      return [command.do, 'matrix'];
    default:
      return [command.do];
  }
}

function after(command: Command, state: State, tool: ModulesTool): State {
  const { loaded } = state;
  switch (command.do) {
    case 'load':
      return { ...state, loaded: withLoaded(command.module, loaded, tool) };
    case 'unload':
      return { ...state, loaded: loaded.filter((each) => each !== command.module) };
    case 'swap':
      return {
        ...state,
        loaded: withLoaded(
          command.by,
          loaded.filter((each) => each !== command.module),
          tool,
        ),
      };
    case 'purge':
      return { ...state, loaded: [] };
    case 'save':
      return { ...state, saved: loaded };
    case 'restore':
      return { ...state, loaded: state.saved };
    case 'change':
      return { ...state, isChanged: true };
    case 'reload':
      return state;
  }
}

/** Lmod replaces what a module cannot be loaded beside, and loads anew what is loaded; Environment Modules does neither. */
function withLoaded(module: MatrixModule, loaded: readonly MatrixModule[], tool: ModulesTool): MatrixModule[] {
  const goes = (each: MatrixModule): boolean => each === module || isInTheWay(each, module);
  if (!replaces(tool) && loaded.some(goes)) return [...loaded];
  return [...loaded.filter((each) => !goes(each)), module];
}

function replaces({ setting }: ModulesTool): boolean {
  return setting === 'lmod';
}

function isInTheWay(one: MatrixModule, other: MatrixModule): boolean {
  return one.kind === 'environment' && other.kind === 'environment';
}
