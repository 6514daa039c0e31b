import { Command } from 'commander';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { didYouMean } from '../lib/near.ts';
import { paintLabels } from '../report/colours.ts';
import { optionTable } from '../settings/options.ts';
import { findMisspeltVariables } from '../settings/warnings.ts';
import type { CommandContext } from './command-context.ts';
import { allFlags, type Define, document } from './define.ts';
import { defineBuild } from './definitions/build.ts';
import { defineCheck } from './definitions/check.ts';
import { defineClean } from './definitions/clean.ts';
import { defineCompletion } from './definitions/completion.ts';
import { defineImport } from './definitions/import.ts';
import { defineInstall } from './definitions/install.ts';
import { defineJob } from './definitions/job.ts';
import { defineKernel } from './definitions/kernel.ts';
import { defineList } from './definitions/list.ts';
import { defineMissing } from './definitions/missing.ts';
import { defineMpi } from './definitions/mpi.ts';
import { defineNew } from './definitions/new.ts';
import { defineOutdated } from './definitions/outdated.ts';
import { defineRegenerate } from './definitions/regenerate.ts';
import { defineSchema } from './definitions/schema.ts';
import { defineSearch } from './definitions/search.ts';
import { defineSettings } from './definitions/settings.ts';
import { defineShow } from './definitions/show.ts';
import { defineSquashfs } from './definitions/squashfs.ts';
import { defineUninstall } from './definitions/uninstall.ts';
import { defineUpgrade } from './definitions/upgrade.ts';
import { defineVenv } from './definitions/venv.ts';
import { defineVerify } from './definitions/verify.ts';
import { defineWorkflow } from './definitions/workflow.ts';
import { defineWrap } from './definitions/wrap.ts';
import { defineWrappers } from './definitions/wrappers.ts';
import { commandOf } from './habits.ts';
import { formatHelp } from './help.ts';

/** The commands, in the order of the help. */
const definitions = {
  install: defineInstall,
  squashfs: defineSquashfs,
  venv: defineVenv,
  kernel: defineKernel,
  job: defineJob,
  workflow: defineWorkflow,
  list: defineList,
  show: defineShow,
  search: defineSearch,
  missing: defineMissing,
  outdated: defineOutdated,
  upgrade: defineUpgrade,
  uninstall: defineUninstall,
  verify: defineVerify,
  clean: defineClean,
  check: defineCheck,
  mpi: defineMpi,
  new: defineNew,
  wrap: defineWrap,
  build: defineBuild,
  import: defineImport,
  wrappers: defineWrappers,
  regenerate: defineRegenerate,
  settings: defineSettings,
  schema: defineSchema,
  completion: defineCompletion,
} as const satisfies Readonly<Record<string, Define>>;

/** All commands that are for people. */
export const allCommandNames: readonly string[] = Object.keys(definitions);

/** The commands but `install`, which may be left out. */
export const commandNames: readonly string[] = allCommandNames.filter((name) => name !== 'install');

/**
 * The command line: each command's work is loaded only when the command is run. To run a command, it alone need be known.
 */
export function makeProgram(context: CommandContext, only?: string): Command {
  const program = new Command('ctinstall')
    .description('Installs container images as environment modules, from one short YAML file.')
    .version(context.toolVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    // `--version` of a command is its own.
    .enablePositionalOptions()
    .configureHelp({ formatHelp })
    .exitOverride()
    // Whether the command reads settings or not.
    .hook('preAction', (_, command) => {
      tellOfMisspelt(context);
      context.reporter.report({ event: 'working', what: command.name() });
    })
    .configureOutput({
      // The hint on how it is called comes in a piece of its own.
      writeErr: (text) => process.stderr.write(paintLabels(text, context.isColoured.stderr)),
    });
  for (const [name, define] of Object.entries(definitions))
    if (only === undefined || only === name) define(program, context);
  document(program, {
    examples: [
      ['ctinstall my.sif', 'a module of an image, or of docker://python:3.12'],
      ['ctinstall mpi4py', 'install the newest easyconfig of it that fits'],
      ['ctinstall --dry-run my-1.0.yaml', 'say what would be done'],
      ['ctinstall --image ~/my.sif my-1.0.yaml', 'take this image'],
      ['ctinstall squashfs', 'pack what you added with pip (of the loaded module)'],
      ['ctinstall list', 'what is installed'],
      ['ctinstall help squashfs', 'the options of one command, with examples'],
    ],
  });
  return program;
}

function tellOfMisspelt({ environment, reporter }: CommandContext): void {
  for (const warning of findMisspeltVariables(environment)) reporter.report({ event: 'warning', ...warning });
}

/** @throws CtinstallError `usage` where help is asked for a command that there is not */
export function refuseUnknownHelp([help, name]: readonly string[]): void {
  if (help !== 'help' || name === undefined || name.startsWith('-') || allCommandNames.includes(commandOf(name)))
    return;
  throw new CtinstallError('usage', `there is no command \`${formatValue(name)}\``, {
    hint: didYouMean(name, allCommandNames) ?? 'see all with `ctinstall --help`',
  });
}

/** Puts the command's word in front of flags that were typed before it: `--json list`, `--prefix <dir> list`. */
export function commandFirst(argv: readonly string[]): string[] {
  if (argv[0] === 'help') return [...(argv[1] === undefined ? [] : [commandOf(argv[1])]), ...argv.slice(2), '--help'];
  const flagsWithValue = allFlags.flatMap((key) => {
    const [flag, value] = optionTable[key].flag.split(' ');
    return flag === undefined || value === undefined ? [] : [flag];
  });
  flagsWithValue.push('--color');
  let index = 0;
  while (argv[index]?.startsWith('-') === true) index += flagsWithValue.includes(argv[index] ?? '') ? 2 : 1;
  const typed = argv[index];
  const word = typed === undefined ? undefined : commandOf(typed);
  if (word === undefined || !allCommandNames.includes(word)) return [...argv];
  return [word, ...argv.slice(0, index), ...argv.slice(index + 1)];
}
