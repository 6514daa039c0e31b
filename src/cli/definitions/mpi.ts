import { addOutputOptions, type Define, defineCommand, document, settingsFlags } from '../define.ts';

export const defineMpi: Define = (program, context) => {
  const mpi = defineCommand(program, {
    name: 'mpi',
    description: "find the machine's own MPI, and say which installs it fits",
    settings: ['prefix', 'runtime'],
    examples: [
      ['ctinstall mpi', 'MPI, fabric and launcher of this machine, and what installs were given'],
      ['ctinstall mpi mpi4py', 'which of its ways fit this module, and why not the others'],
      ['ctinstall mpi test mpi4py -N 2', 'how fast the network is with either MPI'],
      ['ctinstall mpi save', 'keep the MPI of this session in your settings'],
    ],
    about: ['Load the modules of the MPI first: what the session has is what is found.'],
  })
    .enablePositionalOptions(false)
    .argument('[module...]', 'modules to look into')
    .action(async (modules: string[], flags) =>
      (await import('../commands/mpi.ts')).mpi(modules, settingsFlags(flags), context),
    );
  const save = addOutputOptions(mpi.command('save'))
    .description('keep the MPI that was found in the settings, for sessions without its modules')
    .option('--site', "write the site's file, for all users")
    .action(async (flags) => (await import('../commands/mpi.ts')).saveMpi(flags, context));
  const test = addOutputOptions(mpi.command('test'))
    .description("measure latency and bandwidth with the container's MPI and with the host's, side by side")
    .argument('<module>', 'the module whose image is used')
    .option('-N, --nodes <n>', 'nodes to run on', '1')
    .option('-n, --ntasks <n>', 'ranks; the first and the last speak with each other', '2')
    .option('--timeout <n>', 'seconds that a run may take', '300')
    .option('--html <file>', 'write a page with the curves too')
    .action(async (module: string, flags) => (await import('../commands/mpi-test.ts')).mpiTest(module, flags, context));
  const trace = addOutputOptions(mpi.command('trace'))
    .description('run a program, and say what of the host its MPI really opens')
    .argument('<command...>', 'launcher and program')
    .option('--save', 'keep it for all that is found of MPI from now on')
    .option('--site', "the same, beside the site's settings")
    .action(async (command: string[], flags) =>
      (await import('../commands/mpi-trace.ts')).mpiTrace(command, flags, context),
    );
  document(trace, {
    examples: [
      ['ctinstall mpi trace -- srun -N 2 -n 2 ./my-program', 'all ranks together; --trace names what is left out too'],
      ['ctinstall mpi trace --save -- srun -p big -n 2 -- ./my-program', 'a second `--` says where the program begins'],
    ],
  });
  document(test, { examples: [['ctinstall mpi test mpi4py -N 2 -n 2', 'between two nodes, through Slurm']] });
  document(save, { examples: [['module load cray-mpich; ctinstall mpi save', '']] });
};
