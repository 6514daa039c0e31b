import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineCheck: Define = (program, context) => {
  defineCommand(program, {
    name: 'check',
    description: 'say what this machine has and what is wrong with it; or check easyconfigs before others get them',
    about: [
      'Each line says what was looked for and whether it was found, is missing, is there more than once (ambiguous) or is\n' +
        'of no use. The exit status is 1 only where no install could work.',
      'With --easyconfig the exit status is 1 where one has a fault, and with --strict where there is a warning too.',
    ],
    examples: [
      ['ctinstall check', 'can containers be installed and run here?'],
      ['ctinstall check --json', 'the same, for programs'],
      ['ctinstall check --easyconfig my-1.0.yaml', 'what others would stumble over'],
      ['ctinstall check --strict --easyconfig *.yaml', 'for the checks of a collection of easyconfigs'],
    ],
  })
    .option('--easyconfig <file...>', 'check these easyconfigs instead of the machine')
    .option('--strict', 'with --easyconfig: a warning counts as a fault')
    .action(async (flags) => (await import('../commands/check.ts')).check(flags, settingsFlags(flags), context));
};
