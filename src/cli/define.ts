import { type Command, InvalidArgumentError, Option } from 'commander';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { nearestWords } from '../lib/near.ts';
import { splitPaths } from '../settings/environment.ts';
import { type OptionKey, optionKeys, optionTable, type SettingsValues } from '../settings/options.ts';
import type { CommandContext } from './command-context.ts';
import { colourChoices } from './output-flags.ts';

/** A command of the program: its name, what it is for, and how it is called. */
export interface CommandDefinition {
  readonly name: string;
  /** One line, with no full stop. */
  readonly description: string;
  /** Whole command lines, each with what it does. */
  readonly examples: readonly Example[];
  /** What a line of the help cannot hold: paragraphs. */
  readonly about?: readonly string[];
  /**
   * The settings that count for it: its help shows their flags. The other flags are taken too, since an alias of the shell
   * may give them to every command. `prefix` if left out.
   */
  readonly settings?: readonly FlagKey[];
  /** The command that is meant where none is named. */
  readonly isDefault?: boolean;
}

/** A setting that has a flag. */
export type FlagKey = {
  [Key in OptionKey]: (typeof optionTable)[Key]['flag'] extends string ? Key : never;
}[OptionKey];

/** For a command that installs, or says how it would. */
export const allFlags: readonly FlagKey[] = optionKeys.filter(hasFlag);

function hasFlag(key: OptionKey): key is FlagKey {
  return optionTable[key].flag !== undefined;
}

export type Example = readonly [commandLine: string, what: string];

/** Adds a command to the program; its work is loaded only when it is run. */
export type Define = (program: Command, context: CommandContext) => void;

const documented = new WeakMap<Command, Pick<CommandDefinition, 'examples' | 'about'>>();

/** The examples and paragraphs of a command, for its manual. */
export function documentationOf(command: Command): Pick<CommandDefinition, 'examples' | 'about'> {
  return documented.get(command) ?? { examples: [] };
}

/** Headings under which help and manual put the flags that several commands have. */
export const groups = { job: 'Job:', settings: 'Settings for this run:', output: 'Output:' } as const;

/** A command with the flags that all of them have, the settings' among them. */
export function defineCommand(program: Command, definition: CommandDefinition): Command {
  const { name, description, examples, about = [], settings = ['prefix'], isDefault = false } = definition;
  const made = program.command(name, { isDefault }).description(description);
  for (const key of allFlags) {
    const { flag, help, ...row } = optionTable[key];
    const option = new Option(flag, help).helpGroup(groups.settings).hideHelp(!settings.includes(key));
    made.addOption('choices' in row ? option.choices(row.choices) : option);
  }
  addOutputOptions(made);
  document(made, { examples, about });
  return made;
}

/** The flags that say how a command prints: the program itself reads them, wherever they stand (`output-flags.ts`). */
export function addOutputOptions(command: Command): Command {
  for (const [flag, help] of [
    ['--json', 'print JSON for programs'],
    ['-q, --quiet', 'print results, warnings and errors only'],
    ['-v, --trace', 'print every step'],
  ] as const)
    command.addOption(new Option(flag, help).helpGroup(groups.output));
  command.addOption(new Option('--verbose', 'print every step').hideHelp());
  command.addOption(
    new Option('--color <when>', 'whether to colour; `auto`: on a terminal, unless NO_COLOR is set')
      .choices(colourChoices)
      .helpGroup(groups.output),
  );
  return command
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError(seeHelp(pathOf(command)))
    .configureOutput({
      outputError: (text, write) => write(nameWhatIsMissing(sayInnerCommand(text, command), command)),
    })
    .exitOverride();
}

/** In place of the name alone of an argument that is missing: what it is, and a whole command line of this kind. */
function nameWhatIsMissing(text: string, command: Command): string {
  const name = /^error: missing required argument '(.+)'$/m.exec(text)?.[1];
  const missing = command.registeredArguments.find((argument) => argument.name() === name);
  if (missing === undefined) return text;
  const typed = ['ctinstall', pathOf(command), ...command.args].join(' ');
  const [example] = documentationOf(command).examples.find(([line]) => line.startsWith(`${typed} `)) ?? [];
  const shown = example === undefined ? '' : `  for example: ${example}\n`;
  return `error: \`<${name}>\` is missing: ${missing.description}\n${shown}`;
}

/** `settings sett a b`: a word that is none of the commands within, for commander an argument too many. */
function sayInnerCommand(text: string, { commands, args: [word = ''] }: Command): string {
  if (commands.length === 0 || !text.startsWith('error: too many arguments')) return text;
  const names = commands.map((each) => each.name());
  const [near] = nearestWords(word, names);
  const which = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`;
  return `error: unknown command '${formatValue(word)}'\n(${which})\n`;
}

function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

/** What follows a fault of the command line. */
function seeHelp(command: string): string {
  return `\nhint: how it is called: ctinstall ${command} --help`;
}

/** Keeps examples and paragraphs for the help and the manual. */
export function document(command: Command, documentation: Pick<CommandDefinition, 'examples' | 'about'>): void {
  documented.set(command, documentation);
}

/** For a flag that can be given several times. */
export function addValue(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** For a flag that people may take for one that can be given several times: the first would be lost in silence. */
export function once(value: string, before?: string): string {
  if (before !== undefined) throw new InvalidArgumentError('It is given twice, and takes one value.');
  return value;
}

/** For work that can be done in a job of its own; `srun` is what the further options are for. */
export function addSlurmOptions(command: Command, work: string): Command {
  const ofJob = (flag: string, help: string): Option => new Option(flag, help).helpGroup(groups.job);
  return command
    .addOption(ofJob('--slurm', `${work} in a job, on a compute node`))
    .addOption(ofJob('--partition <name>', 'of the job'))
    .addOption(ofJob('--account <name>', 'of the job'))
    .addOption(ofJob('--time <time>', 'time limit of the job'))
    .addOption(
      ofJob('--slurm-option <option>', 'further option of srun, `qos=debug`; repeatable').argParser<string[]>(addValue),
    );
}

/** Has the command done in a job, where its flags ask for that; says whether it was. */
export async function doneInJob(command: Command, context: CommandContext): Promise<boolean> {
  const { slurm, partition, account, time, slurmOption } = command.opts();
  if ((slurm ?? partition ?? account ?? time ?? slurmOption) === undefined) return false;
  return (await import('./commands/in-job.ts')).ranInJob(command, settingsFlags(command.opts()), context);
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
