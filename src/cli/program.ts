import { Command, Option } from 'commander';
import { splitPaths } from '../settings/environment.ts';
import { optionKeys, optionTable, type SettingsValues } from '../settings/options.ts';
import type { CommandContext } from './context.ts';

/** The command line: each command's file is loaded only when the command is run. */
export function makeProgram(context: CommandContext): Command {
  const program = new Command('ctinstall')
    .description('Installs container images as environment modules, from one short YAML file.')
    .version(context.toolVersion, '-V, --version')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText('after', examples);

  command(program, 'install', 'install what an easyconfig describes (the word `install` may be left out)', {
    isDefault: true,
  })
    .argument('<easyconfig...>', 'file name or path of an easyconfig')
    .option('--dry-run', 'print the plan and stop')
    .option('--rebuild', 'install again over an existing install; user software stays')
    .option('--force', 'the same as --rebuild')
    .option('--image <file>', 'use this image file')
    .option('--fetch <dir>', 'only bring the images to this directory, from where the easyconfigs say')
    .option('--jobs <n>', 'install that many at a time')
    .option('--allow-host-commands', 'let the easyconfigs run commands outside the container')
    .option('--inject-checksums', "write the image's SHA-256 into the easyconfig, and stop")
    .option('--no-wait', 'fail if another ctinstall is at work on the same install')
    .option('--force-unlock', 'take the lock of a process on another host that is surely gone')
    .action(async (names: string[], flags) =>
      (await import('./commands/install.ts')).install(names, flags, settingsFlags(flags), context),
    );

  command(program, 'squashfs', 'pack user software into one file, or unpack it')
    .argument('[action]', '`make` (default), `unmake` or `status`')
    .argument('[module]', 'module to work on; the loaded one if none is named')
    .option('--remove-directory', 'make: delete the directory once the packed file is known to be good')
    .option('--replace-squashfs', 'make: replace a packed file that the directory does not come from')
    .option('--keep-squashfs', 'unmake: keep the packed file; it goes on being used')
    .option('--keep-directory', 'unmake: use the directory that is there, as it is')
    .option('--replace-directory', 'unmake: put the unpacked software in place of the directory, which is kept aside')
    .option('--processors <n>', 'make: processors to use')
    .option('--no-wait', 'fail if another run is at work on the same user software')
    .action(async (action: string | undefined, module: string | undefined, flags) =>
      (await import('./commands/squashfs.ts')).squashfs(action, module, flags, settingsFlags(flags), context),
    );

  command(program, 'list', 'list what is installed')
    .argument('[word]', 'only modules whose name holds this')
    .action(async (word: string | undefined, flags) =>
      (await import('./commands/list.ts')).list(word, settingsFlags(flags), context),
    );

  command(program, 'show', 'show an installed module, what an easyconfig becomes here, or an image')
    .argument('<thing>', 'module name, easyconfig or image file')
    .action(async (thing: string, flags) =>
      (await import('./commands/show.ts')).show(thing, settingsFlags(flags), context),
    );

  command(program, 'search', 'list easyconfigs')
    .argument('[word]', 'only easyconfigs whose name holds this')
    .action(async (word: string | undefined, flags) =>
      (await import('./commands/search.ts')).search(word, settingsFlags(flags), context),
    );

  command(program, 'uninstall', 'remove an installed module; user software stays')
    .argument('<module>', 'such as mpi4py/3.1.6-rocm-6.2.0')
    .option('--with-user-software', 'remove the user software too')
    .option('--yes', 'do not ask')
    .option('--no-wait', 'fail if another ctinstall is at work on the same install')
    .option('--force-unlock', 'take the lock of a process on another host that is surely gone')
    .action(async (module: string, flags) =>
      (await import('./commands/uninstall.ts')).uninstall(module, flags, settingsFlags(flags), context),
    );

  command(program, 'verify', 'compare installs with their records')
    .argument('[module...]', 'modules to look at; all if none is named')
    .option('--quick', 'compare sizes and times only')
    .action(async (names: string[], flags) =>
      (await import('./commands/verify.ts')).verify(names, flags, settingsFlags(flags), context),
    );

  command(program, 'clean', 'clear what runs that were stopped left behind')
    .option('--dry-run', 'only say what that is')
    .action(async (flags) => (await import('./commands/clean.ts')).clean(flags, settingsFlags(flags), context));

  command(program, 'settings', 'print the settings that hold here, each with where it came from').action(
    async (flags) => (await import('./commands/settings.ts')).settings(settingsFlags(flags), context),
  );

  command(program, 'schema', 'print the JSON Schema of an easyconfig, for editors').action(async () =>
    (await import('./commands/schema.ts')).schema(context),
  );
  return program;
}

/** The commands but `install`, which may be left out. */
export const commandNames = [
  'squashfs',
  'list',
  'show',
  'search',
  'uninstall',
  'verify',
  'clean',
  'settings',
  'schema',
];

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
  if (word === undefined || index === 0 || ![...commandNames, 'install'].includes(word)) return [...argv];
  return [word, ...argv.slice(0, index), ...argv.slice(index + 1)];
}

/** A command with the flags that all of them have, the settings' among them. */
function command(program: Command, name: string, description: string, options: { isDefault?: boolean } = {}): Command {
  const made = program.command(name, options).description(description);
  for (const key of optionKeys) {
    const { flag, help, schema } = optionTable[key];
    if (flag === undefined) continue;
    const option = new Option(flag, help);
    made.addOption('options' in schema && Array.isArray(schema.options) ? option.choices(schema.options) : option);
  }
  return made.option('--json', 'print JSON for programs').option('--trace', 'print every step').exitOverride();
}

/** What the flags that are rows of the option table set. */
function settingsFlags(flags: Readonly<Record<string, unknown>>): SettingsValues {
  const values = optionKeys.flatMap((key) => {
    const { flag, merge } = optionTable[key];
    const value = flag === undefined ? undefined : flags[attributeOf(flag)];
    if (value === undefined) return [];
    return [[key, merge === 'prepend' && typeof value === 'string' ? splitPaths(value) : value]];
  });
  return Object.fromEntries(values) as SettingsValues;
}

/** `--image-dir <dirs>` comes as `imageDir`. */
function attributeOf(flag: string): string {
  return new Option(flag).attributeName();
}

const examples = `
Examples:
  ctinstall mpi4py-3.1.6-rocm-6.2.0.yaml            install it, then: module load mpi4py/3.1.6-rocm-6.2.0
  ctinstall --dry-run my.yaml                       say what would be done
  ctinstall --image ~/my.sif my.yaml                take this image
  ctinstall squashfs                                pack what you added with pip (of the loaded module)
  ctinstall list`;
