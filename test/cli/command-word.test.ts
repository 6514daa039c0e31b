import { describe, expect, it } from 'vitest';
import { commandWordOf, optionsWithValue } from '../../src/cli/command-word.ts';
import { commandFirst, commandNames } from '../../src/cli/program.ts';
import { optionKeys, optionTable } from '../../src/settings/options.ts';

describe('the command that a command line is for', () => {
  it.each([
    [['list'], 'list'],
    [['--prefix', '/x', 'list'], 'list'],
    [['--prefix', 'list', 'show', 'a'], 'show'],
    [['--easyconfigs', 'a:b', '--prefix', '/x', 'show', 'a'], 'show'],
    [['mine-1.0.yaml', 'list'], 'mine-1.0.yaml'],
    [['--json', 'list'], undefined],
    [['--prefix=/x', 'list'], undefined],
    [['--prefix'], undefined],
    [[], undefined],
  ])('%j: %s', (argv, word) => {
    expect(commandWordOf(argv)).toBe(word);
  });

  it('is the one that is run', () => {
    for (const flag of optionsWithValue)
      for (const command of commandNames)
        for (const argv of [[command], [flag, 'value', command], [flag, command, command]])
          expect(commandFirst(argv)[0]).toBe(commandWordOf(argv));
  });

  it('knows only options that have a value', () => {
    const flags = optionKeys.map((key) => optionTable[key].flag ?? '');
    for (const flag of optionsWithValue) expect(flags.some((each) => each.startsWith(`${flag} `))).toBe(true);
  });
});
