import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { readOutputFlags } from '../../src/cli/output-flags.ts';
import { allCommandNames, commandFirst, commandNames, makeProgram } from '../../src/cli/program.ts';
import { type CommandModel, modelOf } from '../../src/cli/program-model.ts';
import { contextIn, toolDir } from './support.ts';

const program = modelOf(makeProgram(contextIn('/')));

function withInner(command: CommandModel): CommandModel[] {
  return [command, ...command.commands.flatMap(withInner)];
}

/** The command that a line calls; `install` where it names none. */
function called(words: readonly string[]): CommandModel | undefined {
  const [name, inner] = words;
  const command = program.commands.find((each) => each.name === name);
  if (command === undefined) return program.commands.find((each) => each.name === 'install');
  return command.commands.find((each) => each.name === inner) ?? command;
}

it('a flag with one value, of which people may think otherwise, is not taken twice', async () => {
  const build = makeProgram(contextIn('/'), 'build').commands.find((each) => each.name() === 'build');
  build?.configureOutput({ writeErr: () => undefined });
  const parse = (line: string) => build?.parseAsync(line.split(' '), { from: 'user' });
  await expect(parse('my.sif --base a.sif --base b.sif')).rejects.toThrow('It is given twice, and takes one value.');
});

describe('the commands', () => {
  it('are those that are listed', () => {
    expect(program.commands.map(({ name }) => name)).toEqual(allCommandNames);
    expect(allCommandNames.filter((name) => !commandNames.includes(name))).toEqual(['install']);
  });

  it('are all in docs/installing.md', () => {
    const page = readFileSync(`${toolDir}/docs/installing.md`, 'utf8');
    for (const name of commandNames) expect(page).toContain(`ctinstall ${name}`);
  });

  it.each(program.commands.flatMap(withInner))('$name has examples, each of which it understands', ({ examples }) => {
    expect(examples.length).toBeGreaterThan(0);
    for (const [line] of examples) {
      const words = line.slice(line.indexOf('ctinstall ') + 'ctinstall '.length).split(' ');
      const flags = called(words)?.options.flatMap((option) => option.flags) ?? [];
      for (const flag of words.filter((word) => /^--./.test(word)))
        expect([line, flags]).toEqual([line, expect.arrayContaining([flag])]);
    }
  });

  it('describe themselves and what they take in one line', () => {
    for (const { description, options, arguments: operands } of program.commands.flatMap(withInner))
      for (const { description: text } of [{ description }, ...options, ...operands])
        expect(text).toMatch(/^[^\n.]\S.*[^.\n]$/);
  });
});

/** As on a terminal of 80 columns. */
function helpOf(...words: string[]): string {
  let said = '';
  let command: Command | undefined = makeProgram(contextIn('/'));
  for (const word of words) command = command?.commands.find((each) => each.name() === word);
  command?.configureOutput({ writeOut: (text) => (said += text), getOutHelpWidth: () => 80 }).outputHelp();
  return said;
}

describe('the help', () => {
  it.each(program.commands.map(({ name }) => name))('of %s fits a screen of 80 columns', (name) => {
    const lines = helpOf(name).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(46);
  });

  it('of the program fits too', () => {
    expect(
      helpOf()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it('shows the flags of settings that count, and takes the others', () => {
    expect(helpOf('completion')).not.toContain('--prefix');
    expect(helpOf('list')).toContain('--prefix <dir>');
    expect(helpOf('list')).not.toContain('--runtime');
    expect(helpOf('install')).toContain('--runtime <program>');
    for (const { options } of makeProgram(contextIn('/')).commands)
      expect(options.map(({ long }) => long)).toEqual(expect.arrayContaining(['--prefix', '--runtime']));
  });

  it('names the short flags that people expect', () => {
    expect(helpOf('install')).toMatch(/-n, --dry-run.*-f, --force.*-q\|--quiet {2}-v\|--trace/s);
    expect(helpOf('uninstall')).toContain('-y, --yes');
  });

  it('of an inner command says where it is in the manual', () => {
    expect(helpOf('settings', 'set')).toMatch(/^Usage: ctinstall settings set .*man ctinstall-settings\n$/s);
  });
});

describe('the flags of output', () => {
  it('are read wherever they stand, short ones together too, and not behind `--`', () => {
    expect(readOutputFlags(['x.yaml', '-nv', '--color', 'always'])).toEqual({
      ...{ isJson: false, isTrace: true, isQuiet: false, isDryRun: true, colour: 'always' },
    });
    expect(readOutputFlags(['wrap', 'pip', 'x', '--', '--json', '-q'])).toMatchObject({
      isJson: false,
      isQuiet: false,
    });
    expect(readOutputFlags(['--verbose', '--color=never', '--json', '-q'])).toMatchObject({
      ...{ isJson: true, isTrace: true, isQuiet: true, colour: 'never' },
    });
  });
});

describe('a word of a command after flags', () => {
  it('is put in front', () => {
    expect(commandFirst(['--json', 'list'])).toEqual(['list', '--json']);
    expect(commandFirst(['--prefix', '/a', 'check', '--strict'])).toEqual(['check', '--prefix', '/a', '--strict']);
    expect(commandFirst(['help', 'new'])).toEqual(['new', '--help']);
    expect(commandFirst(['--dry-run', 'x.yaml'])).toEqual(['--dry-run', 'x.yaml']);
  });
});
