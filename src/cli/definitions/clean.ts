import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineClean: Define = (program, context) => {
  defineCommand(program, {
    name: 'clean',
    description: 'remove what interrupted runs left behind',
    examples: [
      ['ctinstall clean --dry-run', 'what would be removed'],
      ['ctinstall clean', 'remove it'],
    ],
  })
    .option('-n, --dry-run', 'only say what would be removed')
    .action(async (flags) => (await import('../commands/clean.ts')).clean(flags, settingsFlags(flags), context));
};
