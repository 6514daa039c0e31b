import {
  addSlurmOptions,
  addValue,
  allFlags,
  type Define,
  defineCommand,
  doneInJob,
  settingsFlags,
} from '../define.ts';

export const defineInstall: Define = (program, context) => {
  const command = defineCommand(program, {
    name: 'install',
    description: 'install an easyconfig (the word `install` may be left out)',
    settings: allFlags,
    isDefault: true,
    examples: [
      ['ctinstall mpi4py-3.1.6-rocm-6.2.0.yaml', 'install it; then: module load mpi4py/3.1.6-rocm-6.2.0'],
      ['ctinstall mpi4py', 'the newest easyconfig of it that fits'],
      ['ctinstall my.sif', 'draft an easyconfig of the image, show it, and install it'],
      ['ctinstall --yes docker://python:3.12', 'the same of an image elsewhere, with no question'],
      ['ctinstall --dry-run my-1.0.yaml', 'say what would be done'],
      ['ctinstall --image ~/my.sif my-1.0.yaml', 'take this image'],
      ['ctinstall --adopt ~/EasyBuild/SW/my/1.0 my-1.0.yaml', 'with the packages that you have there'],
      ['ctinstall --rebuild my-1.0.yaml', 'install it again; user software stays'],
      ['ctinstall --jobs 4 a-1.0.yaml b-2.0.yaml', 'install several at a time'],
      ['ctinstall install --stack stack.yaml', 'install all of a list; a table at the end'],
      ['ctinstall --try-version 2.7.1 my-1.0.yaml', 'install another version, with no easyconfig of its own'],
      ['ctinstall --slurm a-1.0.yaml b-2.0.yaml', 'each in a job, on compute nodes'],
      ["ctinstall --set 'env.module.A=b' my-1.0.yaml", 'change a value for this install'],
      ['ctinstall --fetch /project/images my-1.0.yaml', 'only get its image there'],
    ],
  })
    .argument('[easyconfig...]', 'easyconfig, name of a software or module, image, or URI of one')
    .option('-y, --yes', 'install a drafted easyconfig without a question')
    .option('--stack <file>', 'install all that this list of easyconfigs names')
    .option('--keep-going', 'go on with the others when one fails')
    .option('--set <key=value>', 'change a value, such as image.file=my.sif; repeatable', addValue)
    .option('--try-version <version>', 'install another version than the easyconfig says')
    .option('-n, --dry-run', 'print the plan and stop')
    .option('--rebuild', 'install again; user software stays')
    .option('-f, --force', 'as --rebuild, and an image that it builds is built again')
    .option('--module-only', 'only rewrite modulefile and scripts')
    .option('--default', 'make it the version that `module load <name>` takes')
    .option('--image <file>', 'use this image file')
    .option('--adopt <dir>', 'take over the user software of an install of EasyBuild')
    .option('--fetch <dir>', 'only get the images, into this directory')
    .option('--jobs <n>', 'install that many at a time')
    .option('--allow-host-commands', 'let easyconfigs run commands on the host')
    .option('--inject-checksums', "write the image's SHA-256 into the easyconfig")
    .option('--no-wait', 'fail rather than wait for another ctinstall')
    .option('--force-unlock', 'take the lock of a dead process on another host');
  addSlurmOptions(command, 'do it').action(async (names: string[], flags) => {
    if (await doneInJob(command, context)) return;
    await (await import('../commands/install.ts')).install(names, flags, settingsFlags(flags), context);
  });
};
