import type { Command, Help, Option } from 'commander';
import { documentationOf, type Example, groups } from './define.ts';

/** The manual has all examples. */
const mostExampleLines = 5;

/** Stands for a blank at which no line ends: to JavaScript the no-break space is a space like others. */
const noBreak = '\u2060';

/**
 * The help of a command, for one screen: its own options a line each; those that it shares with others by name only, as the
 * manual page says what they mean.
 */
export function formatHelp(command: Command, help: Help): string {
  const width = help.helpWidth ?? 80;
  const own = help.visibleOptions(command).filter((option) => !isShared(option));
  const shared = help.visibleOptions(command).filter(isShared);
  const { about = [], examples } = documentationOf(command);
  const rows = [
    ...help.visibleArguments(command).map((argument) => [help.argumentTerm(argument), argument.description] as const),
    ...own.map((option) => [help.optionTerm(option), help.optionDescription(option)] as const),
  ];
  const commands = help
    .visibleCommands(command)
    .map((inner) => [inner.name(), help.subcommandDescription(inner)] as const);
  const isProgram = command.parent === null;
  return [
    `Usage: ${help.commandUsage(command)}`,
    ...wrap(command.description(), { help, width }),
    ...about.flatMap((paragraph) => ['', ...wrap(paragraph.replaceAll('\n', ' '), { help, width })]),
    ...table(rows, { help, width }),
    ...table(commands, { help, width, title: 'Commands:' }),
    ...(shared.length === 0 ? [] : ['']),
    ...Object.values(groups).flatMap((group) => {
      const names = shared.filter((option) => groupOf(option) === group).map(nameOf);
      return names.length === 0 ? [] : wrap([group, ...names].join('  '), { help, width, indent: 2 });
    }),
    ...describeExamples(examples, width, isProgram ? Number.POSITIVE_INFINITY : mostExampleLines),
    '',
    ...(isProgram ? [] : [`In full: man ${manualOf(command)}`, '']),
  ].join('\n');
}

/** The page of the command; inner commands are on that of the outer one. */
export function manualOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null
    ? `${parent === null ? '' : 'ctinstall-'}${command.name()}`
    : manualOf(parent);
}

function isShared(option: Option): boolean {
  return groupOf(option) !== undefined;
}

function groupOf({ helpGroupHeading, long }: Option): string | undefined {
  return long === '--help' ? groups.output : helpGroupHeading;
}

/** `-v|--trace`, `--prefix <dir>` */
function nameOf({ flags }: Option): string {
  // Not to be parted at the end of a line.
  return flags.replace(', ', '|').replace(' ', noBreak);
}

interface Layout {
  readonly help: Help;
  readonly width: number;
}

function table(
  rows: readonly (readonly [string, string])[],
  { help, width, title }: Layout & { title?: string },
): string[] {
  if (rows.length === 0) return [];
  const termWidth = Math.max(...rows.map(([term]) => term.length));
  return [
    '',
    ...(title === undefined ? [] : [title]),
    ...rows.flatMap(([term, description]) => {
      const [first = '', ...more] = wrap(description, { help, width: width - termWidth - 4 });
      return [
        `  ${term.padEnd(termWidth)}  ${first}`.trimEnd(),
        ...more.map((line) => ' '.repeat(termWidth + 4) + line),
      ];
    }),
  ];
}

/** Lines after the first are indented. */
function wrap(text: string, { help, width, indent = 0 }: Layout & { indent?: number }): string[] {
  const lines = help.boxWrap(text, width - indent).split('\n');
  return lines.map((line, index) => (index === 0 ? '' : ' '.repeat(indent)) + line.trim().replaceAll(noBreak, ' '));
}

/** What a command does stands beside it where there is room. */
function describeExamples(examples: readonly Example[], width: number, most: number): string[] {
  const fitting = examples.filter(([line, what]) => line.length + what.length + 4 <= width);
  const longest = Math.max(0, ...fitting.map(([line]) => line.length));
  const lines: string[] = [];
  for (const example of examples) {
    const [line, what] = example;
    const aligned = `  ${line.padEnd(longest)}  ${what}`.trimEnd();
    const tight = `  ${line}  ${what}`.trimEnd();
    const shown = [aligned, tight].find((each) => each.length <= width);
    const added = shown === undefined ? [`  ${line}`, `      ${what}`] : [shown];
    if (lines.length + added.length > most) break;
    lines.push(...added);
  }
  return lines.length === 0 ? [] : ['', 'Examples:', ...lines];
}
