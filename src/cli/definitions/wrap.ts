import { addValue, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineWrap: Define = (program, context) => {
  defineCommand(program, {
    name: 'wrap',
    description: 'make a module of what exists: an image, an installation on disk, a list of Python or conda packages',
    about: [
      'It writes an easyconfig, <name>-<version><versionsuffix>.yaml, in the current directory or where --output says, and\n' +
        'installs it. From there on it is an install like any other.',
    ],
    examples: [
      ['ctinstall wrap container my.sif --name prog --wrappers /opt/prog/bin', 'an image that has no recipe'],
      ['ctinstall wrap directory /opt/prog --name prog --version 2.1', 'packs it; it runs at its own path'],
      ['ctinstall wrap directory /opt/prog --name prog --version 2.1 --update', 'packs it anew'],
      ['ctinstall wrap pip requirements.txt --name py --base my.sif', 'Python packages, packed'],
      ['ctinstall wrap conda environment.yml --name env --base my.sif', 'a conda environment, packed'],
      ['ctinstall wrap directory ~/prog --name prog --base my.sif --at /opt/prog', 'in an image, at another path'],
    ],
  })
    .argument('<kind>', 'what is wrapped: `container`, `directory`, `pip` or `conda`')
    .argument('<what>', 'image file or source, the directory, or a list of packages')
    .argument('[options...]', 'pip: what follows `--` is for pip')
    .option('--name <name>', 'name of the module')
    .option('--version <version>', 'its version; 1 if left out')
    .option('--versionsuffix <suffix>', 'what follows the version, such as -gpu')
    .option(
      '--wrappers <what>',
      'what gets wrappers: all in a directory, a program, or name=/path/of/program; repeatable',
      addValue,
    )
    .option('--base <image>', 'image to run it from; `host`, the default for a directory, is the root of this machine')
    .option('--mask', 'directory: seen in the container at its own path; this is the default')
    .option('--at <path>', 'directory: seen in the container at this path')
    .option('--update', 'directory: pack it anew, over what was packed before')
    .option('--conda-program <file>', 'conda: the conda, mamba or micromamba to take')
    .option('--output <file>', 'write the easyconfig there')
    .option('--force', 'overwrite an easyconfig that is there and says something else')
    .option('--dry-run', 'print the easyconfig and the plan, and stop')
    .option('--rebuild', 'install it again; a directory is packed anew')
    .option('--default', 'make it the version that `module load <name>` takes')
    .option('--no-wait', 'fail if another ctinstall is at work on the same install')
    .option('--force-unlock', 'take the lock of a process on another host that is surely gone')
    .action(async (kind: string, what: string, options: string[], flags) =>
      (await import('../commands/wrap.ts')).wrap({ kind, what, options }, flags, settingsFlags(flags), context),
    );
};
