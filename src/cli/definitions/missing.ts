import { addValue, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineMissing: Define = (program, context) => {
  defineCommand(program, {
    name: 'missing',
    description: 'say which easyconfigs are not installed as they are now',
    settings: ['prefix', 'easyconfigs', 'image_dirs'],
    about: ['Exit status 1 if there are any.'],
    examples: [
      ['ctinstall missing stack.yaml', 'which of a stack'],
      ['ctinstall missing a-1.0.yaml b-2.0.yaml', 'which of these'],
    ],
  })
    .argument('<easyconfig-or-stack...>', 'easyconfigs, or lists of them')
    .option('--set <key=value>', 'as with install', addValue)
    .option('--try-version <version>', 'as with install')
    .action(async (names: string[], flags) =>
      (await import('../commands/missing.ts')).missing(names, flags, settingsFlags(flags), context),
    );
};
