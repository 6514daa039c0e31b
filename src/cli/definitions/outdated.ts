import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineOutdated: Define = (program, context) => {
  defineCommand(program, {
    name: 'outdated',
    description: 'list installs of which there is a newer easyconfig',
    settings: ['prefix', 'easyconfigs'],
    examples: [['ctinstall outdated', 'a line for each: the module, and the newest version']],
  }).action(async (flags) => (await import('../commands/outdated.ts')).outdated(settingsFlags(flags), context));
};
