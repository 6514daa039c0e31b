import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineRegenerate: Define = (program, context) => {
  defineCommand(program, {
    name: 'regenerate',
    description: 'rewrite modulefiles and scripts after settings have changed',
    settings: ['prefix', 'image_dirs', 'modules_tool', 'mpi'],
    examples: [
      ['ctinstall regenerate --all --dry-run', 'show what would change'],
      ['ctinstall regenerate --mpi auto mpi4py', "with the machine's own MPI, if it fits"],
      ['ctinstall regenerate mpi4py/3.1.6-rocm-6.2.0', 'the modulefile and scripts of one module'],
    ],
    about: ['Images and user software stay as they are, and nothing of an easyconfig is run.'],
  })
    .argument('[module...]', 'modules to rewrite')
    .option('--all', 'all modules under the prefix')
    .option('-n, --dry-run', 'print the differences and stop')
    .option('--no-wait', 'fail rather than wait for another ctinstall')
    .option('--force-unlock', 'take the lock of a dead process on another host')
    .action(async (names: string[], flags) =>
      (await import('../commands/regenerate.ts')).regenerate(names, flags, settingsFlags(flags), context),
    );
};
