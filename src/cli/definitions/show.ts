import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineShow: Define = (program, context) => {
  defineCommand(program, {
    name: 'show',
    description: 'show an installed module, what an easyconfig becomes here, or an image',
    examples: [
      ['ctinstall show mpi4py/3.1.6-rocm-6.2.0', 'an installed module'],
      ['ctinstall show mpi4py-3.1.6-rocm-6.2.0.yaml', 'what the easyconfig becomes on this machine'],
      ['ctinstall show my.sif', 'what is in an image'],
    ],
  })
    .argument('<thing>', 'module name, easyconfig or image file')
    .action(async (thing: string, flags) =>
      (await import('../commands/show.ts')).show(thing, settingsFlags(flags), context),
    );
};
