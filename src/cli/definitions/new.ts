import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineNew: Define = (program, context) => {
  defineCommand(program, {
    name: 'new',
    description: 'write a first easyconfig for an image or a source of one',
    settings: ['image_dirs', 'runtime'],
    about: [
      'The easyconfig is called <name>-<version><versionsuffix>.yaml and lies in the current directory unless --output\n' +
        'says otherwise. To look into an image file, a container of it is started. Of a source nothing is pulled.',
    ],
    examples: [
      ['ctinstall new pytorch_2.3.0.sif', 'looks into the image, and writes pytorch-2.3.0.yaml'],
      ['ctinstall new docker://docker.io/library/python:3.12', 'writes python-3.12.yaml'],
      ['ctinstall new --output - my.sif', 'prints it'],
    ],
  })
    .argument('<image>', 'image file, or a source such as docker://…')
    .option('-o, --output <file>', 'write it there; `-` prints it')
    .option('-f, --force', 'overwrite a file that is there')
    .action(async (image: string, flags) =>
      (await import('../commands/new.ts')).newEasyconfig(image, flags, settingsFlags(flags), context),
    );
};
