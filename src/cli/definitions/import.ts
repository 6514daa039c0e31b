import { addValue, type Define, defineCommand } from '../define.ts';

export const defineImport: Define = (program, context) => {
  defineCommand(program, {
    name: 'import',
    description: 'write easyconfigs from recipes of EasyBuild or singularity-hpc',
    about: [
      'Recipes are read, and nothing of them is run. What cannot be carried over is listed with line numbers, and stands at\n' +
        'the top of the easyconfig. Easyconfigs lie in the current directory unless --output says otherwise.',
    ],
    examples: [
      ['ctinstall import eb PyTorch-2.6.0.eb', 'writes PyTorch-2.6.0.yaml'],
      ['ctinstall import eb --output easyconfigs ~/recipes', 'all in a directory, and in those below it'],
      ['ctinstall import shpc quay.io/biocontainers/samtools/container.yaml', 'writes samtools-<tag>.yaml'],
      ['ctinstall PyTorch-2.6.0.eb', 'imports and installs in one step'],
    ],
  })
    .argument('<format>', '`eb` for EasyBuild, `shpc` for singularity-hpc')
    .argument('<recipes...>', 'files, or directories that hold them')
    .option('-o, --output <dir>', 'write them there; `-` prints them')
    .option('--name <name>', 'shpc: name of the module; that of the directory if left out')
    .option(
      '--tag <tag>',
      'shpc: another tag than the one that the recipe calls its latest; `newest`: by version or date',
    )
    .option('--all-tags', 'shpc: an easyconfig for each tag')
    .option(
      '--wrappers <names>',
      'shpc: programs that get wrappers, also in the place of the system’s own; repeatable',
      addValue,
    )
    .option('--force', 'overwrite easyconfigs that are there and say something else')
    .action(async (format: string, recipes: string[], flags) =>
      (await import('../commands/import.ts')).importRecipes(format, recipes, flags, context),
    );
};
