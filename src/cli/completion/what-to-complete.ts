import type { CommandModel, OptionModel } from '../program-model.ts';

/** What can stand at a place of the command line. */
export type Completable =
  | { readonly kind: 'word'; readonly value: string; readonly about: string }
  | { readonly kind: 'easyconfigs' | 'modules' | 'setting-keys' | 'setting-values' | 'files' | 'directories' };

export interface Completion {
  readonly candidates: readonly Completable[];
  /** What the user has begun to type. */
  readonly begun: string;
  /** What goes before each candidate, as the shell holds both for one word: `--prefix=`. */
  readonly before: string;
  /** The arguments of the command that are typed already. */
  readonly operands: readonly string[];
  /** Values of options that are typed already, by flag. */
  readonly given: ReadonlyMap<string, string>;
}

/** What the names of arguments and of the values of options stand for. */
export const meanings: Readonly<Record<string, readonly Completable[]>> = {
  action: [
    { kind: 'word', value: 'make', about: 'pack user software' },
    { kind: 'word', value: 'unmake', about: 'unpack it' },
    { kind: 'word', value: 'update', about: 'run a command on what is packed' },
    { kind: 'word', value: 'status', about: 'say which form is in use' },
    { kind: 'modules' },
  ],
  command: [],
  update: [{ kind: 'word', value: 'update', about: 'wrappers of what was installed later' }],
  'create|list|remove': [
    { kind: 'word', value: 'create', about: 'make a virtual environment' },
    { kind: 'word', value: 'list', about: 'say which there are' },
    { kind: 'word', value: 'remove', about: 'remove one' },
  ],
  pattern: ['.git', '__pycache__'].map((name) => wordOf(name)),
  time: [],
  numbers: [],
  option: [],
  dir: [{ kind: 'directories' }],
  engine: ['slurm', 'local'].map((name) => wordOf(name)),
  id: [],
  job: [],
  'name=value': [],
  'name=@file': [],
  dirs: [{ kind: 'directories' }],
  easyconfig: [{ kind: 'easyconfigs' }],
  'easyconfig-or-stack': [{ kind: 'easyconfigs' }],
  file: [{ kind: 'files' }],
  format: [
    { kind: 'word', value: 'eb', about: 'EasyBuild' },
    { kind: 'word', value: 'shpc', about: 'singularity-hpc' },
  ],
  form: ['easyconfig', 'fuzzfile'].map((name) => wordOf(name)),
  fuzzfile: [{ kind: 'files' }],
  image: [{ kind: 'files' }],
  key: [{ kind: 'setting-keys' }],
  'key=value': [],
  kind: [
    { kind: 'word', value: 'container', about: 'an image' },
    { kind: 'word', value: 'directory', about: 'an installation on disk' },
    { kind: 'word', value: 'pip', about: 'Python packages' },
    { kind: 'word', value: 'conda', about: 'a conda environment' },
  ],
  mode: [],
  module: [{ kind: 'modules' }],
  n: [],
  options: [],
  path: [{ kind: 'directories' }],
  name: [],
  program: [],
  recipes: [{ kind: 'files' }],
  names: [],
  tag: [],
  shell: ['bash', 'zsh', 'fish'].map((value) => ({ kind: 'word', value, about: '' })),
  suffix: [],
  text: [],
  thing: [{ kind: 'modules' }, { kind: 'easyconfigs' }],
  tool: [],
  value: [{ kind: 'setting-values' }],
  version: [],
  what: [{ kind: 'files' }],
  word: [],
};

/** Says what can stand where the last of the words is; the program's own name is not among them. */
export function whatToComplete(program: CommandModel, words: readonly string[]): Completion {
  if (words[0] === 'help' && words.length > 1) return commandsToHelp(program, words.slice(1));
  const [typed, current] = [joinValues(words.slice(0, -1)), words.at(-1) ?? ''];
  const walk = walkThrough(program, typed);
  const { command, awaited, given, operands } = walk;
  const rest = { given, operands };
  if (awaited !== undefined) return { candidates: valuesOf(awaited), begun: withoutSign(current), before: '', ...rest };
  const [, flag, begun] = /^(--[\w-]+)=(.*)$/s.exec(current) ?? [];
  const option = flag === undefined ? undefined : findOption(command, program, flag);
  if (flag !== undefined)
    return {
      candidates: option === undefined ? [] : valuesOf(option),
      begun: begun ?? '',
      before: `${flag}=`,
      ...rest,
    };
  if (current.startsWith('-') && !walk.hasEnded)
    return { candidates: optionsOf(command, program), begun: current, before: '', ...rest };
  return { candidates: operandsOf(walk, program), begun: current, before: '', ...rest };
}

function commandsToHelp(program: CommandModel, words: readonly string[]): Completion {
  const { commands } = walkThrough(program, words.slice(0, -1)).command;
  const candidates = commands.map(({ name, description }) => wordOf(name, description));
  return { candidates, begun: words.at(-1) ?? '', before: '', operands: [], given: new Map() };
}

interface Walk {
  readonly command: CommandModel;
  /** The arguments of the command that are there. */
  readonly operands: readonly string[];
  /** The option whose value comes next. */
  readonly awaited: OptionModel | undefined;
  /** Whether `--` has ended the options. */
  readonly hasEnded: boolean;
  readonly given: ReadonlyMap<string, string>;
}

function walkThrough(program: CommandModel, words: readonly string[]): Walk {
  let [command, hasEnded] = [program, false];
  const operands: string[] = [];
  let awaited: { option: OptionModel; flag: string } | undefined;
  const given = new Map<string, string>();
  for (const word of words) {
    if (awaited !== undefined) {
      given.set(awaited.flag, word);
      awaited = undefined;
    } else if (word === '--') hasEnded = true;
    else if (word.startsWith('-') && word.length > 1 && !hasEnded) {
      const [flag = '', ...value] = word.split('=');
      const option = findOption(command, program, flag);
      if (value.length > 0) given.set(flag, value.join('='));
      else if (option?.value !== undefined) awaited = { option, flag };
    } else {
      const inner = operands.length === 0 && !hasEnded ? command.commands.find(({ name }) => name === word) : undefined;
      if (inner === undefined) operands.push(word);
      else command = inner;
    }
  }
  return { command, operands, awaited: awaited?.option, hasEnded, given };
}

/** bash cuts `--prefix=/a` into three words. */
function joinValues(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== '=' || !words[index - 1]?.startsWith('--'));
}

function withoutSign(current: string): string {
  return current === '=' ? '' : current;
}

/** Where no command is named, `install` is meant. */
function meant(command: CommandModel, program: CommandModel): CommandModel {
  return command === program ? (program.commands.find(({ name }) => name === 'install') ?? program) : command;
}

function findOption(command: CommandModel, program: CommandModel, flag: string): OptionModel | undefined {
  return [...command.options, ...meant(command, program).options].find(({ flags }) => flags.includes(flag));
}

function valuesOf({ choices, value = '' }: OptionModel): readonly Completable[] {
  return choices.length > 0 ? choices.map((choice) => wordOf(choice)) : (meanings[value] ?? []);
}

function optionsOf(command: CommandModel, program: CommandModel): Completable[] {
  const own = command === program ? [...program.options, ...meant(command, program).options] : command.options;
  const words = own.flatMap(({ flags, description }) => flags.map((flag) => wordOf(flag, description)));
  return [...new Map(words.map((word) => [word.value, word])).values()];
}

function operandsOf({ command, operands, hasEnded }: Walk, program: CommandModel): Completable[] {
  const commands = operands.length === 0 && !hasEnded ? command.commands : [];
  const all = meant(command, program).arguments;
  const argument = all[operands.length] ?? (all.at(-1)?.isVariadic === true ? all.at(-1) : undefined);
  return [
    ...commands.map(({ name, description }) => wordOf(name, description)),
    ...(argument === undefined ? [] : (meanings[argument.name] ?? [])),
  ];
}

function wordOf(value: string, about = ''): Extract<Completable, { kind: 'word' }> {
  return { kind: 'word', value, about };
}
