import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineUninstall: Define = (program, context) => {
  defineCommand(program, {
    name: 'uninstall',
    description: 'remove an installed module; user software stays',
    examples: [
      ['ctinstall uninstall --dry-run mpi4py', 'what would be removed, and what stays'],
      ['ctinstall uninstall mpi4py/3.1.6-rocm-6.2.0', 'asks first, and keeps your packages'],
      ['ctinstall uninstall --yes --with-user-software mpi4py', 'removes all of it, without asking'],
    ],
  })
    .argument('<module>', 'such as mpi4py/3.1.6-rocm-6.2.0')
    .option('--dry-run', 'only say what would be removed')
    .option('--with-user-software', 'remove the user software too')
    .option('--yes', 'do not ask')
    .option('--force', 'remove what is left where the record is broken or gone, user software left out')
    .option('--no-wait', 'fail if another ctinstall is at work on the same install')
    .option('--force-unlock', 'take the lock of a process on another host that is surely gone')
    .action(async (module: string, flags) =>
      (await import('../commands/uninstall.ts')).uninstall(module, flags, settingsFlags(flags), context),
    );
};
