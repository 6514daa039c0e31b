import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineVerify: Define = (program, context) => {
  defineCommand(program, {
    name: 'verify',
    description: 'compare installs with their records',
    examples: [
      ['ctinstall verify', 'is everything still as it was installed?'],
      ['ctinstall verify --quick', 'without reading the images'],
    ],
  })
    .argument('[module...]', 'modules to look at; all if none is named')
    .option('--quick', 'compare sizes and times only')
    .action(async (names: string[], flags) =>
      (await import('../commands/verify.ts')).verify(names, flags, settingsFlags(flags), context),
    );
};
