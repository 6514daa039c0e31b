import { addSlurmOptions, addValue, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineSquashfs: Define = (program, context) => {
  const command = defineCommand(program, {
    name: 'squashfs',
    description: 'pack user software into one file, or unpack it',
    examples: [
      ['ctinstall squashfs', 'pack what you added to the loaded module'],
      ['ctinstall squashfs status', 'say which form is in use'],
      ['ctinstall squashfs unmake mpi4py', 'unpack, to install more'],
      ['ctinstall squashfs --remove-directory', 'pack, and give the files of the directory back'],
      ['ctinstall squashfs update PyTorch -- pip install lightning', 'change what is packed, all or nothing'],
      ['ctinstall squashfs --slurm --partition small', 'pack on a compute node'],
    ],
  })
    .argument('[action]', '`make` (default), `unmake`, `update` or `status`')
    .argument('[module]', 'module to work on; the loaded one if none is named')
    .option('--remove-directory', 'make: delete the directory once it is packed')
    .option('--replace-squashfs', 'make: replace a packed file of something else')
    .option('--keep-squashfs', 'unmake: keep the packed file, and keep using it')
    .option('--keep-directory', 'make: keep the directory (default); unmake: use it')
    .option('--replace-directory', 'unmake: put the directory that is there aside')
    .option('--exclude <pattern>', 'make, update: leave out what has this name; repeatable', addExclude)
    .option('--no-exclude', 'make, update: leave nothing out')
    .option('--drop-excluded', 'make, update: lose what is left out')
    .option('--reproducible', 'make, update: the same bytes for the same files')
    .option('--processors <n>', 'processors to use');
  addSlurmOptions(command, 'make, unmake: do it')
    .option('--no-wait', 'fail rather than wait for another run')
    .action(async (action: string | undefined, module: string | undefined, flags) =>
      (await import('../commands/squashfs.ts')).squashfs(action, module, flags, settingsFlags(flags), context),
    );
};

/** After `--no-exclude` the list begins anew. */
function addExclude(pattern: string, before: readonly string[] | boolean | undefined): string[] {
  return addValue(pattern, Array.isArray(before) ? before : []);
}
