import { addValue, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineSquashfs: Define = (program, context) => {
  defineCommand(program, {
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
    .option('--remove-directory', 'make: delete the directory once the packed file is known to be good')
    .option('--replace-squashfs', 'make: replace a packed file that the directory does not come from')
    .option('--keep-squashfs', 'unmake: keep the packed file; it goes on being used')
    .option('--keep-directory', 'make: keep the directory (default); unmake: use the directory that is there, as it is')
    .option('--replace-directory', 'unmake: put the unpacked software in place of the directory, which is kept aside')
    .option('--exclude <pattern>', 'make, update: leave out what has this name, at any depth (repeatable)', addExclude)
    .option('--no-exclude', 'make, update: leave nothing out, whatever the settings say')
    .option('--drop-excluded', 'make, update: lose what is left out')
    .option('--reproducible', 'make, update: the same bytes for the same files')
    .option('--processors <n>', 'processors to use')
    .option('--slurm', 'make, unmake: do it in a job, on a compute node')
    .option('--partition <name>', 'of the job')
    .option('--account <name>', 'of the job')
    .option('--time <time>', 'time limit of the job')
    .option('--slurm-option <option>', 'further option of srun, such as `qos=debug` (repeatable)', addValue)
    .option('--no-wait', 'fail if another run is at work on the same user software')
    .action(async (action: string | undefined, module: string | undefined, flags) =>
      (await import('../commands/squashfs.ts')).squashfs(action, module, flags, settingsFlags(flags), context),
    );
};

/** After `--no-exclude` the list begins anew. */
function addExclude(pattern: string, before: readonly string[] | boolean | undefined): string[] {
  return addValue(pattern, Array.isArray(before) ? before : []);
}
