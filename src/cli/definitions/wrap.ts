import { formatValue } from '../../lib/format.ts';
import { wrapKinds } from '../../operations/wrap/types.ts';
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

export const defineWrap: Define = (program, context) => {
  const command = defineCommand(program, {
    name: 'wrap',
    description: 'make a module of an image, a directory or a list of packages',
    settings: allFlags,
    about: [
      'It writes an easyconfig, <name>-<version><versionsuffix>.yaml, in the directory `easyconfigs` of the prefix or where\n' +
        '--output says, and installs it. From there on it is an install like any other.',
    ],
    examples: [
      ['ctinstall wrap container my.sif --wrappers /opt/prog/bin', 'an image with no easyconfig'],
      ['ctinstall wrap directory /opt/prog --name prog --version 2.1', 'packs it; it runs at its own path'],
      ['ctinstall wrap directory /opt/prog --name prog --version 2.1 --update', 'packs it again'],
      ['ctinstall wrap pip requirements.txt --name py --base my.sif', 'Python packages, packed'],
      ['ctinstall wrap pip numpy pandas --base my.sif', 'the same with no file'],
      ['ctinstall wrap conda environment.yml --name env --base my.sif', 'a conda environment, packed'],
      ['ctinstall wrap directory ~/prog --name prog --base my.sif --at /opt/prog', 'in an image, at another path'],
    ],
  })
    .argument('<kind>', 'what is wrapped: `container`, `directory`, `pip` or `conda`')
    .argument('<what>', 'image file or source, the directory, a list of packages, or for pip a package')
    .argument('[options...]', 'pip: further packages; what follows `--` is for pip')
    .option('--name <name>', 'name of the module; an image and Python packages have one of their own')
    .option('--version <version>', 'its version; that of the image, or 1')
    .option('--versionsuffix <suffix>', 'what follows the version, such as -gpu')
    .option('--wrappers <what>', 'program, name=/path, or all in a directory; repeatable', addValue)
    .option('--base <image>', 'image to run it from; `host`: this machine', once)
    .option('--mask', 'directory: seen at its own path (default)')
    .option('--at <path>', 'directory: seen at this path', once)
    .option('--update', 'directory: pack it again')
    .option('--conda-program <file>', 'conda: the conda, mamba or micromamba to use')
    .option('-o, --output <file>', 'write the easyconfig there')
    .option('-f, --force', 'overwrite an easyconfig that says something else')
    .option('-n, --dry-run', 'print the easyconfig and the plan, and stop')
    .option('--rebuild', 'install it again; pack a directory again')
    .option('--default', 'make it the version that `module load <name>` takes')
    .option('--no-wait', 'fail rather than wait for another ctinstall')
    .option('--force-unlock', 'take the lock of a dead process on another host');
  const { outputError } = command.configureOutput();
  command.configureOutput({ outputError: (text, write) => outputError?.(sayKind(text, command.args), write) });
  addSlurmOptions(command, 'do it').action(async (kind: string, what: string, options: string[], flags) => {
    if (await doneInJob(command, context)) return;
    await (await import('../commands/wrap.ts')).wrap({ kind, what, options }, flags, settingsFlags(flags), context);
  });
};

/** `ctinstall wrap my.sif`: of two words the first was left out. */
function sayKind(text: string, [word = '', ...others]: readonly string[]): string {
  if (word === '' || others.length > 0 || wrapKinds.some((kind) => kind === word)) return text;
  return `error: \`${formatValue(word)}\` is nothing that \`ctinstall wrap\` knows; first comes what it is: ${wrapKinds.join(', ')}\n  for example: ctinstall wrap container my.sif --wrappers /opt/prog/bin\n`;
}
