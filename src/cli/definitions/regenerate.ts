import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineRegenerate: Define = (program, context) => {
  defineCommand(program, {
    name: 'regenerate',
    description: 'write modulefiles and scripts anew, after settings or ctinstall changed',
    examples: [
      ['ctinstall regenerate --all --dry-run', 'show what would change'],
      ['ctinstall regenerate mpi4py/3.1.6-rocm-6.2.0', 'the modulefile and scripts of one module'],
    ],
    about: ['Images and user software stay as they are, and nothing of an easyconfig is run.'],
  })
    .argument('[module...]', 'modules to write anew')
    .option('--all', 'all modules under the prefix')
    .option('--dry-run', 'print the differences and stop')
    .option('--no-wait', 'fail if another ctinstall is at work on the same install')
    .option('--force-unlock', 'take the lock of a process on another host that is surely gone')
    .action(async (names: string[], flags) =>
      (await import('../commands/regenerate.ts')).regenerate(names, flags, settingsFlags(flags), context),
    );
};
