import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineUpgrade: Define = (program, context) => {
  defineCommand(program, {
    name: 'upgrade',
    description: 'install the newest version beside the old, with the packages you added',
    about: [
      'Python packages that you added to the virtual environment are installed into the new one, by name and version, with\n' +
        'its own pip. The old version stays until you uninstall it.',
    ],
    examples: [
      ['ctinstall upgrade mpi4py', 'the newest easyconfig of mpi4py that fits'],
      ['ctinstall upgrade --default mpi4py', 'and make it the version that `module load mpi4py` takes'],
    ],
  })
    .argument('<module...>', 'names of software or modules')
    .option('--default', 'make it the version that `module load <name>` takes')
    .option('-n, --dry-run', 'print the plan and stop')
    .option('--allow-host-commands', 'let easyconfigs run commands on the host')
    .option('--no-wait', 'fail rather than wait for another ctinstall')
    .action(async (modules: string[], flags) =>
      (await import('../commands/upgrade.ts')).upgrade(modules, flags, settingsFlags(flags), context),
    );
};
