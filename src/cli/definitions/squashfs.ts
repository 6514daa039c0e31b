import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineSquashfs: Define = (program, context) => {
  defineCommand(program, {
    name: 'squashfs',
    description: 'pack user software into one file, or unpack it',
    examples: [
      ['ctinstall squashfs', 'pack what you added to the loaded module'],
      ['ctinstall squashfs status', 'say which form is in use'],
      ['ctinstall squashfs unmake mpi4py', 'unpack, to install more'],
      ['ctinstall squashfs --remove-directory', 'pack, and give the files of the directory back'],
    ],
  })
    .argument('[action]', '`make` (default), `unmake` or `status`')
    .argument('[module]', 'module to work on; the loaded one if none is named')
    .option('--remove-directory', 'make: delete the directory once the packed file is known to be good')
    .option('--replace-squashfs', 'make: replace a packed file that the directory does not come from')
    .option('--keep-squashfs', 'unmake: keep the packed file; it goes on being used')
    .option('--keep-directory', 'unmake: use the directory that is there, as it is')
    .option('--replace-directory', 'unmake: put the unpacked software in place of the directory, which is kept aside')
    .option('--processors <n>', 'make: processors to use')
    .option('--no-wait', 'fail if another run is at work on the same user software')
    .action(async (action: string | undefined, module: string | undefined, flags) =>
      (await import('../commands/squashfs.ts')).squashfs(action, module, flags, settingsFlags(flags), context),
    );
};
