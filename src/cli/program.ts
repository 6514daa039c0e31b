import { Command, Help } from 'commander';
import { CtinstallError } from '../lib/errors.ts';
import { formatValue } from '../lib/format.ts';
import { didYouMean } from '../lib/near.ts';
import { optionKeys, optionTable } from '../settings/options.ts';
import { findMisspeltVariables } from '../settings/warnings.ts';
import type { CommandContext } from './command-context.ts';
import { type Define, document } from './define.ts';
import { defineCheck } from './definitions/check.ts';
import { defineClean } from './definitions/clean.ts';
import { defineCompletion } from './definitions/completion.ts';
import { defineInstall } from './definitions/install.ts';
import { defineKernel } from './definitions/kernel.ts';
import { defineList } from './definitions/list.ts';
import { defineMissing } from './definitions/missing.ts';
import { defineNew } from './definitions/new.ts';
import { defineRegenerate } from './definitions/regenerate.ts';
import { defineSchema } from './definitions/schema.ts';
import { defineSearch } from './definitions/search.ts';
import { defineSettings } from './definitions/settings.ts';
import { defineShow } from './definitions/show.ts';
import { defineSquashfs } from './definitions/squashfs.ts';
import { defineUninstall } from './definitions/uninstall.ts';
import { defineVenv } from './definitions/venv.ts';
import { defineVerify } from './definitions/verify.ts';
import { defineWrap } from './definitions/wrap.ts';

/** The commands, in the order of the help. */
const definitions = {
  install: defineInstall,
  squashfs: defineSquashfs,
  venv: defineVenv,
  kernel: defineKernel,
  list: defineList,
  show: defineShow,
  search: defineSearch,
  missing: defineMissing,
  uninstall: defineUninstall,
  verify: defineVerify,
  clean: defineClean,
  check: defineCheck,
  new: defineNew,
  wrap: defineWrap,
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
    .configureHelp({ showGlobalOptions: true, groupItems: ownFirst })
    .exitOverride()
    // Whether the command reads settings or not.
    .hook('preAction', () => tellOfMisspelt(context));
  for (const [name, define] of Object.entries(definitions))
    if (only === undefined || only === name) define(program, context);
  document(program, {
    examples: [
      ['ctinstall mpi4py-3.1.6-rocm-6.2.0.yaml', 'install it, then: module load mpi4py/3.1.6-rocm-6.2.0'],
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

/** A command's own options before those that all commands have. */
const ownFirst: Help['groupItems'] = (unsorted, visible, getGroup) => {
  const groups = Help.prototype.groupItems(unsorted, visible, getGroup);
  const own = groups.get('Options:');
  return own === undefined ? groups : new Map([['Options:', own], ...groups]);
};

/** @throws CtinstallError `usage` where help is asked for a command that there is not */
export function refuseUnknownHelp([help, name]: readonly string[]): void {
  if (help !== 'help' || name === undefined || name.startsWith('-') || allCommandNames.includes(name)) return;
  throw new CtinstallError('usage', `there is no command \`${formatValue(name)}\``, {
    hint: didYouMean(name, allCommandNames) ?? 'see all with `ctinstall --help`',
  });
}

/** Puts the command's word in front of flags that were typed before it: `--json list`, `--prefix <dir> list`. */
export function commandFirst(argv: readonly string[]): string[] {
  if (argv[0] === 'help') return [...argv.slice(1), '--help'];
  const flagsWithValue = optionKeys.flatMap((key) => {
    const [flag, value] = optionTable[key].flag?.split(' ') ?? [];
    return flag === undefined || value === undefined ? [] : [flag];
  });
  let index = 0;
  while (argv[index]?.startsWith('-') === true) index += flagsWithValue.includes(argv[index] ?? '') ? 2 : 1;
  const word = argv[index];
  if (word === undefined || index === 0 || !allCommandNames.includes(word)) return [...argv];
  return [word, ...argv.slice(0, index), ...argv.slice(index + 1)];
}
