import { addValue, allFlags, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineShow: Define = (program, context) => {
  defineCommand(program, {
    name: 'show',
    description: 'show a module, what an easyconfig becomes here, or an image',
    settings: allFlags,
    examples: [
      ['ctinstall show mpi4py/3.1.6-rocm-6.2.0', 'an installed module'],
      ['ctinstall show mpi4py-3.1.6-rocm-6.2.0.yaml', 'what the easyconfig becomes on this machine'],
      ['ctinstall show --modulefile mpi4py-3.1.6-rocm-6.2.0.yaml', 'the text of its modulefile'],
      ['ctinstall show --copy mpi4py-3.1.6-rocm-6.2.0.yaml', 'a copy of it here, to edit'],
      ['ctinstall show my.sif', 'what is in an image'],
    ],
  })
    .argument('<thing>', 'module name, easyconfig or image file')
    .option('--copy', 'put a copy of the easyconfig into the current directory, to edit')
    .option('--resolved', 'print the easyconfig together with what it extends, and no more')
    .option('--modulefile', 'print the text of the modulefile, and no more')
    .option('--sif', 'of an image: the tables of the file, without a look inside')
    .option('--set <key=value>', 'change a value of the easyconfig, as with install', addValue)
    .option('--try-version <version>', 'another version than the easyconfig says, as with install')
    .action(async (thing: string, flags) =>
      (await import('../commands/show.ts')).show(thing, flags, settingsFlags(flags), context),
    );
};
