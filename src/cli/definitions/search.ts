import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineSearch: Define = (program, context) => {
  defineCommand(program, {
    name: 'search',
    description: 'list easyconfigs',
    examples: [
      ['ctinstall search', 'all along the easyconfig path'],
      ['ctinstall search rocm', 'those with `rocm` in their name or description'],
    ],
  })
    .argument('[word]', 'only easyconfigs whose name or description holds this')
    .action(async (word: string | undefined, flags) =>
      (await import('../commands/search.ts')).search(word, settingsFlags(flags), context),
    );
};
