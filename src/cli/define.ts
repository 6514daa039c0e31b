import { type Command, Option } from 'commander';
import { CtinstallError } from '../lib/errors.ts';
import { splitPaths } from '../settings/environment.ts';
import { optionKeys, optionTable, type SettingsValues } from '../settings/options.ts';
import type { CommandContext } from './command-context.ts';

/** A command of the program: its name, what it is for, and how it is called. */
export interface CommandDefinition {
  readonly name: string;
  /** One line, with no full stop. */
  readonly description: string;
  /** Whole command lines, each with what it does. */
  readonly examples: readonly Example[];
  /** What a line of the help cannot hold: paragraphs. */
  readonly about?: readonly string[];
  /** The command that is meant where none is named. */
  readonly isDefault?: boolean;
}

export type Example = readonly [commandLine: string, what: string];

/** Adds a command to the program; its work is loaded only when it is run. */
export type Define = (program: Command, context: CommandContext) => void;

const documented = new WeakMap<Command, Pick<CommandDefinition, 'examples' | 'about'>>();

/** The examples and paragraphs of a command, for its manual. */
export function documentationOf(command: Command): Pick<CommandDefinition, 'examples' | 'about'> {
  return documented.get(command) ?? { examples: [] };
}

/** A command with the flags that all of them have, the settings' among them. */
export function defineCommand(program: Command, definition: CommandDefinition): Command {
  const { name, description, examples, about = [], isDefault = false } = definition;
  const made = program.command(name, { isDefault }).description(description);
  for (const key of optionKeys) {
    const { flag, help, schema } = optionTable[key];
    if (flag === undefined) continue;
    const option = new Option(flag, help).helpGroup('Settings, for this run:');
    made.addOption('options' in schema && Array.isArray(schema.options) ? option.choices(schema.options) : option);
  }
  addOutputOptions(made);
  made.helpOption('-h, --help', 'print this help').showHelpAfterError(seeHelp(name)).exitOverride();
  document(made, { examples, about });
  return made;
}

/** The flags that say how a command prints: the program itself reads them, wherever they stand. */
export function addOutputOptions(command: Command): Command {
  for (const [flag, help] of [
    ['--json', 'print JSON for programs'],
    ['--trace', 'print every step'],
  ] as const)
    command.addOption(new Option(flag, help).helpGroup('Output:'));
  return command;
}

/** What follows a fault of the command line. */
export function seeHelp(command: string): string {
  return `\nhint: how it is called: ctinstall ${command} --help`;
}

/** Puts examples under the help of a command, and paragraphs between the two. */
export function document(command: Command, documentation: Pick<CommandDefinition, 'examples' | 'about'>): void {
  documented.set(command, documentation);
  const { examples, about = [] } = documentation;
  const width = Math.max(0, ...examples.map(([line]) => line.length));
  const text = [
    ...about.flatMap((paragraph) => ['', paragraph]),
    ...(examples.length === 0 ? [] : ['', 'Examples:']),
    ...examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`.trimEnd()),
  ];
  if (text.length > 0) command.addHelpText('after', text.join('\n'));
}

/** For a flag that can be given several times. */
export function addValue(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** What the flags that are rows of the option table set. */
export function settingsFlags(flags: Readonly<Record<string, unknown>>): SettingsValues {
  const values = optionKeys.flatMap((key) => {
    const { flag, merge } = optionTable[key];
    const value = flag === undefined ? undefined : flags[attributeOf(flag)];
    if (value === undefined) return [];
    // `--prefix "$UNSET"`: an empty path would mean the current directory.
    if (value === '')
      throw new CtinstallError('usage', `\`${flag?.split(' ')[0]}\` is given nothing`, {
        hint: 'is the variable set that stands behind it?',
      });
    return [[key, merge === 'prepend' && typeof value === 'string' ? splitPaths(value) : value]];
  });
  return Object.fromEntries(values) as SettingsValues;
}

/** `--image-dir <dirs>` comes as `imageDir`. */
function attributeOf(flag: string): string {
  return new Option(flag).attributeName();
}
