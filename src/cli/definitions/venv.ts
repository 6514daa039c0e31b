import { addValue, type Define, defineCommand, settingsFlags } from '../define.ts';

export const defineVenv: Define = (program, context) => {
  defineCommand(program, {
    name: 'venv',
    description: 'create, list or remove virtual environments of a module',
    about: ['CTINSTALL_VENV=<name>, when the module is loaded, makes one active in the place of the default.'],
    examples: [
      ['ctinstall venv create --name mine', 'one more for the loaded module'],
      ['ctinstall venv create mpi4py --name mine --requirements requirements.txt', 'with packages'],
      ['ctinstall venv list mpi4py', 'which there are'],
      ['ctinstall venv remove mpi4py --name mine', 'asks first'],
    ],
  })
    .argument('<create|list|remove>', 'what to do')
    .argument('[module]', 'module to work on; the loaded one if none is named')
    .option('--name <name>', 'create, remove: name of the virtual environment')
    .option('--requirements <file>', 'create: file of what to install in it')
    .option('--pip-option <option>', 'create: for pip, as --pip-option=--no-index; repeatable', addValue)
    .option('--no-system-site-packages', 'create: without the packages of the image')
    .option('-y, --yes', 'remove: do not ask')
    .option('--no-wait', 'fail rather than wait for another run')
    .option('--force-unlock', 'take the lock of a dead process on another host')
    .action(async (action: string, module: string | undefined, flags) =>
      (await import('../commands/venv.ts')).venv(action, module, flags, settingsFlags(flags), context),
    );
};
