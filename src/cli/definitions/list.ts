import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineList: Define = (program, context) => {
  defineCommand(program, {
    name: 'list',
    description: 'list what is installed',
    examples: [
      ['ctinstall list', 'all modules under the prefix'],
      ['ctinstall list torch --json', 'those with `torch` in their name, for programs'],
    ],
  })
    .argument('[word]', 'only modules whose name holds this')
    .option('--size', 'measure directories of user software too: looks at each file in them')
    .action(async (word: string | undefined, flags) =>
      (await import('../commands/list.ts')).list(word, flags, settingsFlags(flags), context),
    );
};
