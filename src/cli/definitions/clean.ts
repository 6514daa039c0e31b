import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineClean: Define = (program, context) => {
  defineCommand(program, {
    name: 'clean',
    description: 'clear what runs that were stopped left behind',
    examples: [
      ['ctinstall clean --dry-run', 'what would be cleared'],
      ['ctinstall clean', 'clear it'],
    ],
  })
    .option('--dry-run', 'only say what that is')
    .action(async (flags) => (await import('../commands/clean.ts')).clean(flags, settingsFlags(flags), context));
};
