import { type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineKernel: Define = (program, context) => {
  defineCommand(program, {
    name: 'kernel',
    description: 'make the Python of a module a kernel of Jupyter',
    examples: [
      ['ctinstall kernel PyTorch/2.7.1', 'the notebook shows it by the name of the module'],
      ['ctinstall kernel --name torch --display-name "PyTorch" PyTorch', 'under names of your own'],
      ['ctinstall kernel --remove PyTorch', 'takes it away again'],
    ],
    about: [
      'The kernel starts the container by itself: the module need not be loaded, nor Jupyter run in the container. The Python\n' +
        'in there needs the package ipykernel.',
    ],
  })
    .argument('[module]', 'such as PyTorch/2.7.1; the loaded one if none is named')
    .option('--name <name>', 'name of the kernel; default: that of the module')
    .option('--display-name <text>', 'what notebooks show; default: the module')
    .option('--python <command>', 'Python in the container', 'python')
    .option('--directory <dir>', 'directory of kernels; default: where Jupyter looks for yours')
    .option('--remove', 'remove the kernel')
    .option('-f, --force', "replace a kernel of the same name that is not ctinstall's")
    .action(async (module: string | undefined, flags) =>
      (await import('../commands/kernel.ts')).kernel(module, flags, settingsFlags(flags), context),
    );
};
