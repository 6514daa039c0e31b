import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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

describe('a word of a command after flags', () => {
  it('is put in front', () => {
    expect(commandFirst(['--json', 'list'])).toEqual(['list', '--json']);
    expect(commandFirst(['--prefix', '/a', 'check', '--strict'])).toEqual(['check', '--prefix', '/a', '--strict']);
    expect(commandFirst(['help', 'new'])).toEqual(['new', '--help']);
    expect(commandFirst(['--dry-run', 'x.yaml'])).toEqual(['--dry-run', 'x.yaml']);
  });
});
