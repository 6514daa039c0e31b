import { addValue, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineInstall: Define = (program, context) => {
  defineCommand(program, {
    name: 'install',
    description: 'install what an easyconfig describes (the word `install` may be left out)',
    isDefault: true,
    examples: [
      ['ctinstall mpi4py-3.1.6-rocm-6.2.0.yaml', 'install it; then: module load mpi4py/3.1.6-rocm-6.2.0'],
      ['ctinstall --dry-run my-1.0.yaml', 'say what would be done'],
      ['ctinstall --image ~/my.sif my-1.0.yaml', 'take this image'],
      ['ctinstall --rebuild my-1.0.yaml', 'install it again; user software stays'],
      ['ctinstall --jobs 4 a-1.0.yaml b-2.0.yaml', 'install several at a time'],
      ['ctinstall install --stack stack.yaml', 'install all of a list; a table at the end'],
      ['ctinstall --try-version 2.7.1 my-1.0.yaml', 'install another version, with no easyconfig of its own'],
      ["ctinstall --set 'env.module.A=b' my-1.0.yaml", 'change a value for this install'],
      ['ctinstall --fetch /project/images my-1.0.yaml', 'only bring its image there'],
    ],
  })
    .argument('[easyconfig...]', 'file name or path of an easyconfig')
    .option('--stack <file>', 'install all that this list of easyconfigs names')
    .option('--keep-going', 'go on with the others when one fails')
    .option('--set <key=value>', 'change a value of the easyconfig, such as image.file=my.sif; repeatable', addValue)
    .option('--try-version <version>', 'install another version than the easyconfig says')
    .option('--dry-run', 'print the plan and stop')
    .option('--rebuild', 'install again over an existing install; user software stays')
    .option('--force', 'the same as --rebuild')
    .option('--module-only', 'only write modulefile and scripts of an install anew; with --dry-run, show what changes')
    .option('--default', 'make it the version that `module load <name>` takes')
    .option('--image <file>', 'use this image file')
    .option(
      '--fetch <dir>',
      'only bring the images to this directory, from where the easyconfigs say; with --rebuild, anew',
    )
    .option('--jobs <n>', 'install that many at a time')
    .option('--allow-host-commands', 'let the easyconfigs run commands outside the container')
    .option('--inject-checksums', "write the image's SHA-256 into the easyconfig, and stop")
    .option('--no-wait', 'fail if another ctinstall is at work on the same install')
    .option('--force-unlock', 'take the lock of a process on another host that is surely gone')
    .action(async (names: string[], flags) =>
      (await import('../commands/install.ts')).install(names, flags, settingsFlags(flags), context),
    );
};
