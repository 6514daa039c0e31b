import type { ArgumentModel, CommandModel, OptionModel } from './program-model.ts';

/** A setting, as the manual lists it. */
export interface ManSetting {
  readonly key: string;
  readonly environment: string;
  readonly help: string;
}

export interface ManOptions {
  readonly version: string;
  readonly settings: readonly ManSetting[];
}

/*
 * The manual page in the language of man(7). Text is quoted so that none of it is taken for a request: groff reads a line
 * that begins with `.` or `'` as one, and `\` begins an escape.
 */

/** The manual as pages by name: one of the program, and one of each command. The same program gives the same text. */
export function renderMan(program: CommandModel, options: ManOptions): ReadonlyMap<string, string> {
  return new Map([
    ['ctinstall', renderProgram(program, options)],
    ...program.commands.map((command) => [pageOf(command), renderCommand(command, program, options)] as const),
  ]);
}

function pageOf({ name }: CommandModel): string {
  return `ctinstall-${name}`;
}

function head(page: string, description: string, version: string): string[] {
  return [
    '.\\" Made from the program itself: see CONTRIBUTING.md.',
    // In place of a date: that of a build would make each build another.
    `.TH ${plain(page.toUpperCase())} 1 "version ${plain(version)}" "ctinstall" "User commands"`,
    '.SH NAME',
    `${plain(page)} \\- ${plain(lowerFirst(description.replace(/\.$/, '')))}`,
    '.SH SYNOPSIS',
  ];
}

function renderProgram(program: CommandModel, { version, settings }: ManOptions): string {
  const lines = [
    ...head('ctinstall', program.description, version),
    ...program.commands.flatMap((command) => synopsis(['ctinstall'], command)).slice(1),
    '.SH DESCRIPTION',
    ...text(
      'ctinstall makes a container image a module: it reads an easyconfig, a short YAML file, copies the image and checks it, makes run scripts, wrappers and a virtual environment, proves that the thing works, and writes the modulefile last. An easyconfig is looked for in the current directory, then in the directories that the settings name.',
    ),
    '.SH COMMANDS',
    'Each has a page of its own.',
    ...program.commands.flatMap((command) => [
      '.TP',
      `.BR ${plain(pageOf(command))} (1)`,
      ...text(command.description),
    ]),
    '.SH ENVIRONMENT',
    ...settings.flatMap(({ key, environment, help }) => [
      '.TP',
      `.B ${plain(environment)}`,
      ...text(`${help} (${key} in a settings file)`),
    ]),
    ...term('NO_COLOR', 'no colours, whatever its value'),
    '.SH FILES',
    ...term('~/.config/ctinstall/settings.yaml', 'your settings'),
    ...term('/etc/ctinstall/settings.yaml', "the site's settings"),
    '.SH EXIT STATUS',
    ...term('0', 'done'),
    ...term('1', 'the work failed'),
    ...term('2', 'wrong usage, settings or easyconfig'),
    ...term('70', 'a bug in ctinstall'),
    ...term('128+n', 'stopped by the signal n'),
    '.SH EXAMPLES',
    'What is done most often:',
    ...program.examples.flatMap(([line, what]) => example(line, what)),
    '.SH SEE ALSO',
    ...['module', 'apptainer', 'mksquashfs'].map((name, index) => `.BR ${name} (1)${index < 2 ? ',' : ''}`),
  ];
  return `${lines.join('\n')}\n`;
}

function renderCommand(command: CommandModel, program: CommandModel, { version }: ManOptions): string {
  const settings = command.options.filter(({ isCommon, flags }) => isCommon && !isOutput(flags, program));
  const output = command.options.filter(({ flags }) => isOutput(flags, program));
  const lines = [
    ...head(pageOf(command), command.description, version),
    ...synopsis(['ctinstall'], command).slice(1),
    '.SH DESCRIPTION',
    ...text(`${upperFirst(command.description)}.`),
    ...command.about.flatMap((about) => paragraph(about.replace(/\n/g, ' '))),
    ...part('ARGUMENTS', describeArguments(command)),
    ...part('OPTIONS', ownOptions(command).flatMap(describeOption)),
    ...part('SETTINGS FOR THIS RUN', settings.flatMap(describeOption)),
    ...part('OUTPUT', output.flatMap(describeOption)),
    ...part(
      'COMMANDS',
      command.commands.flatMap((inner) => section(['ctinstall', command.name], inner)),
    ),
    ...part('EXAMPLES', ['As it is typed:', ...command.examples.flatMap(([line, what]) => example(line, what))]),
    '.SH SEE ALSO',
    '.BR ctinstall (1)',
  ];
  return `${lines.join('\n')}\n`;
}

/** Those that say how it prints: the settings have none of them. */
function isOutput(flags: readonly string[], program: CommandModel): boolean {
  const shared = program.commands.find(({ name }) => name === 'schema')?.options ?? [];
  return shared.some((option) => option.flags.some((flag) => flags.includes(flag)));
}

function part(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

function describeArguments(command: CommandModel): string[] {
  return command.arguments.flatMap(({ name, description }) => ['.TP', `.I ${plain(name)}`, ...text(description)]);
}

function ownOptions({ options }: CommandModel): readonly OptionModel[] {
  return options.filter((option) => !isOfAll(option));
}

function synopsis(before: readonly string[], command: CommandModel): string[] {
  const words = [...before, command.name];
  return [
    '.br',
    `.B ${plain(words.join(' '))}`,
    '.RI [ options ]',
    ...command.arguments.flatMap(describeUsage),
    ...command.commands.flatMap((inner) => synopsis(words, inner)),
  ];
}

function describeUsage({ name, isRequired, isVariadic }: ArgumentModel): string[] {
  const dots = isVariadic ? ' \\&...' : '';
  const [open, close] = isRequired ? ['', ''] : ['[', ']'];
  return [`.RI "${open}" "${plain(name)}" "${close}${dots}"`];
}

function section(before: readonly string[], command: CommandModel): string[] {
  const words = [...before, command.name];
  return [
    `.SS ${plain(words.join(' '))}`,
    ...text(`${upperFirst(command.description)}.`),
    ...command.about.flatMap((about) => paragraph(about.replace(/\n/g, ' '))),
    ...describeArguments(command),
    ...ownOptions(command).flatMap(describeOption),
    ...(command.examples.length === 0 ? [] : ['.PP', 'Examples:']),
    ...command.examples.flatMap(([line, what]) => example(line, what)),
    ...command.commands.flatMap((inner) => section(words, inner)),
  ];
}

function isOfAll({ isCommon, flags }: OptionModel): boolean {
  return isCommon || flags.includes('--help');
}

function describeOption({ flags, value, choices, description }: OptionModel): string[] {
  const names = flags.map((flag) => `\\fB${plain(flag)}\\fR`).join(', ');
  const takes = value === undefined ? '' : ` \\fI${plain(value)}\\fR`;
  const chosen = choices.length === 0 ? '' : ` (${choices.join(', ')})`;
  return ['.TP', `${names}${takes}`, ...text(`${description}${chosen}`)];
}

function example(line: string, what: string): string[] {
  return ['.PP', '.RS 4', '.nf', `\\fB${plain(line)}\\fR`, '.fi', ...(what === '' ? [] : text(what)), '.RE'];
}

function term(name: string, what: string): string[] {
  return ['.TP', `.B ${plain(name)}`, ...text(what)];
}

function paragraph(words: string): string[] {
  return ['.PP', ...text(words)];
}

function text(words: string): string[] {
  const line = plain(words);
  // A line must not begin with what is a request.
  return [/^[.']/.test(line) ? `\\&${line}` : line];
}

/** Text in which roff sees nothing but text; letters beyond ASCII by their number, which each version knows. */
function plain(words: string): string {
  return words
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/["]/g, '\\(dq')
    .replace(/`/g, '\\(ga')
    .replace(/'/g, '\\(aq')
    .replace(
      /[^ -~]/gu,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

function lowerFirst(words: string): string {
  return words.slice(0, 1).toLowerCase() + words.slice(1);
}

function upperFirst(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
