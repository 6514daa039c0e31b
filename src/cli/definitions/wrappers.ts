import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineWrappers: Define = (program, context) => {
  defineCommand(program, {
    name: 'wrappers',
    description: 'give wrappers to programs that you installed later with pip',
    settings: ['prefix'],
    examples: [
      ['ctinstall wrappers update', 'of the loaded module'],
      ['ctinstall wrappers update mpi4py', 'of this one'],
    ],
  })
    .argument('<update>', '`update`')
    .argument('[module]', 'such as mpi4py/3.1.6-rocm-6.2.0; the loaded one if left out')
    .option('--no-wait', 'fail rather than wait for another ctinstall')
    .option('--force-unlock', 'take the lock of a dead process on another host')
    .action(async (action: string, module: string | undefined, flags) =>
      (await import('../commands/wrappers.ts')).wrappers({ action, module }, flags, settingsFlags(flags), context),
    );
};
