import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineUninstall: Define = (program, context) => {
  defineCommand(program, {
    name: 'uninstall',
    description: 'remove installed modules; user software stays',
    examples: [
      ['ctinstall uninstall --dry-run mpi4py', 'what would be removed, and what stays'],
      ['ctinstall uninstall mpi4py/3.1.6-rocm-6.2.0', 'asks first, and keeps your packages'],
      ['ctinstall uninstall --yes a/1.0 b/2.0', 'removes two, without asking'],
      ['ctinstall uninstall --yes --with-user-software mpi4py', 'removes all of it, without asking'],
    ],
  })
    .argument('<module...>', 'such as mpi4py/3.1.6-rocm-6.2.0')
    .option('-n, --dry-run', 'only say what would be removed')
    .option('--with-user-software', 'remove the user software too')
    .option('-y, --yes', 'do not ask')
    .option('-f, --force', 'remove what is left of an install without a good record')
    .option('--no-wait', 'fail rather than wait for another ctinstall')
    .option('--force-unlock', 'take the lock of a dead process on another host')
    .action(async (modules: string[], flags) =>
      (await import('../commands/uninstall.ts')).uninstall(modules, flags, settingsFlags(flags), context),
    );
};
