import { allFlags, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineCheck: Define = (program, context) => {
  defineCommand(program, {
    name: 'check',
    description: 'say what this machine has and lacks, or check easyconfigs',
    settings: allFlags,
    about: [
      'Each line says what was looked for and whether it was found, is missing, is there more than once (ambiguous) or is\n' +
        'of no use. The exit status is 1 only where no install could work.',
      'With --easyconfig the exit status is 1 where one has a fault, and with --strict where there is a warning too.',
    ],
    examples: [
      ['ctinstall check', 'can containers be installed and run here?'],
      ['ctinstall check --json', 'the same, for programs'],
      ['ctinstall check --easyconfig my-1.0.yaml', 'what would fail for others'],
      ['ctinstall check --strict --easyconfig *.yaml', 'for the checks of a collection of easyconfigs'],
    ],
  })
    .option('--easyconfig <file...>', 'check these easyconfigs instead of the machine')
    .option('--strict', 'with --easyconfig: a warning counts as a fault')
    .action(async (flags) => (await import('../commands/check.ts')).check(flags, settingsFlags(flags), context));
};
