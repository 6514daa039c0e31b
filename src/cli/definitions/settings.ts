import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineSettings: Define = (program, context) => {
  defineCommand(program, {
    name: 'settings',
    description: 'print the settings that hold here, each with where it came from',
    examples: [['ctinstall settings', 'each value, with the file, variable or flag that set it']],
  }).action(async (flags) => (await import('../commands/settings.ts')).settings(settingsFlags(flags), context));
};
