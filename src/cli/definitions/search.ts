import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineSearch: Define = (program, context) => {
  defineCommand(program, {
    name: 'search',
    description: 'search the easyconfigs',
    settings: ['easyconfigs'],
    examples: [
      ['ctinstall search', 'all along the easyconfig path'],
      ['ctinstall search rocm', 'those with `rocm` in their name or description'],
    ],
  })
    .argument('[word]', 'only easyconfigs with this in their name, version or description')
    .action(async (word: string | undefined, flags) =>
      (await import('../commands/search.ts')).search(word, settingsFlags(flags), context),
    );
};
