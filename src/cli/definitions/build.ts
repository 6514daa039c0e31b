import { Option } from 'commander';
import {
  addSlurmOptions,
  addValue,
  allFlags,
  type Define,
  defineCommand,
  doneInJob,
  once,
  settingsFlags,
} from '../define.ts';

export const defineBuild: Define = (program, context) => {
  const command = defineCommand(program, {
    name: 'build',
    description: 'make a new image of another one and more files, with no root rights',
    settings: allFlags,
    about: [
      'The base is copied, and what is new is added to the copy in place: the base is neither unpacked nor packed, nor changed.\n' +
        'The image works on its own too: what was added is on its PATH. `ctinstall show <image>` says what it was made of.',
    ],
    examples: [
      ['ctinstall build my.sif --base x.sif --conda environment.yml', 'a conda environment'],
      ['ctinstall build my.sif --base python.sif --pip requirements.txt', 'Python packages'],
      [
        'ctinstall build my.sif --base python.sif --pip numpy --install --name mytool --version 1.0',
        'and a module of it',
      ],
      ['ctinstall build --update my.sif --pip torchmetrics', 'one more package in the same image'],
      ['ctinstall build my.sif --definition my.def', 'a definition file, in the way that works on this machine'],
      ['ctinstall build my.sif --base x.sif --files prog:/opt-prog', 'a directory, at /opt-prog in the image'],
    ],
  })
    .argument('<image>', 'the file to be made')
    .option('--update', 'add to the image itself, in place of a base')
    .option('--base <image>', 'SIF to build on: a file or an address (docker://…)', once)
    .option('--conda <file>', 'environment.yml or a lock: made with no conda at all', once)
    .option('--lock <file>', 'with --conda: write there just what was taken, for --conda another time', once)
    .option('--pip <what>', 'requirements file or package, installed by the image’s Python; repeatable', addValue)
    .option('--wheels <dir>', 'take packages from there, and ask no index', once)
    .option('--files <dir>', 'add a directory, at <dir>:/path; repeatable', addValue)
    .option('--packages <names>', '`a,b` of the distribution, by apt, dnf or zypper; repeatable', addValue)
    .option('--definition <file>', 'build a definition file of Apptainer or Singularity instead', once)
    .option('--build-arg <name=value>', 'with --definition: value of a `{{ name }}` in it; repeatable', addValue)
    .addOption(new Option('--way <who>', 'who builds it').choices(['runtime', 'proot']))
    .option('--install', 'install it as a module too')
    .option('--name <name>', 'with --install: name of the module')
    .option('--version <version>', 'with --install: its version; 1 if left out')
    .option('-f, --force', 'replace an image that is there')
    .option('-n, --dry-run', 'check what is asked for, and stop')
    .option('--check-reproducible', 'build it twice, and compare');
  addSlurmOptions(command, 'do it').action(async (image: string, flags) => {
    if (await doneInJob(command, context)) return;
    await (await import('../commands/build.ts')).buildImage(image, flags, settingsFlags(flags), context);
  });
};
