import type { Argument, Command, Option } from 'commander';
import { documentationOf, type Example, groups } from './define.ts';

/** The command line as data, for what is made of it: the manual and the completion of shells. */
export interface CommandModel {
  readonly name: string;
  readonly description: string;
  /** Paragraphs. */
  readonly about: readonly string[];
  readonly arguments: readonly ArgumentModel[];
  readonly options: readonly OptionModel[];
  readonly examples: readonly Example[];
  readonly commands: readonly CommandModel[];
}

export interface ArgumentModel {
  /** As in the usage, without brackets: `easyconfig`. */
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
}

export interface OptionModel {
  /** `-h, --help` */
  readonly flags: readonly string[];
  /** `dir` of `--prefix <dir>`; undefined for a switch. */
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly description: string;
  /** Whether all commands that work with settings have it. */
  readonly isCommon: boolean;
}

/** The command with all that it has, help included. */
export function modelOf(command: Command): CommandModel {
  const help = command.createHelp();
  const { about = [], examples } = documentationOf(command);
  return {
    name: command.name(),
    description: command.description(),
    about,
    arguments: help.visibleArguments(command).map(modelOfArgument),
    options: help.visibleOptions(command).map(modelOfOption),
    examples,
    commands: help.visibleCommands(command).map(modelOf),
  };
}

function modelOfArgument(argument: Argument): ArgumentModel {
  return {
    name: argument.name(),
    description: argument.description,
    isRequired: argument.required,
    isVariadic: argument.variadic,
  };
}

function modelOfOption(option: Option): OptionModel {
  const [, value] = /[<[]([^>\]]*?)(?:\.\.\.)?[>\]]/.exec(option.flags) ?? [];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
    value,
    choices: option.argChoices ?? [],
    description: option.description,
    isCommon: option.helpGroupHeading !== undefined && option.helpGroupHeading !== groups.job,
  };
}
