import type { Command } from 'commander';
import { addOutputOptions, allFlags, type Define, defineCommand, document, settingsFlags } from '../define.ts';

export const defineSettings: Define = (program, context) => {
  const settings = defineCommand(program, {
    name: 'settings',
    description: 'print the settings and where each comes from, or change them',
    settings: allFlags,
    examples: [
      ['ctinstall settings', 'each value, with the file, variable or flag that set it'],
      ['ctinstall settings --changed', 'those that are not the default'],
      ['ctinstall settings get prefix', 'one value'],
      ['ctinstall settings set prefix /project/p1/ctinstall', 'in your own settings file'],
      ["ctinstall settings set bind_groups.filesystems '[/scratch, /project]'", 'lists and maps as YAML'],
      ['ctinstall settings unset prefix', 'take it out again'],
      ['ctinstall settings edit', 'open the file in your editor; what has a fault is not taken'],
      ['ctinstall settings path', 'which files are read, and which is written'],
    ],
  })
    // `settings set … --json`: what all commands have is understood behind the inner word too.
    .enablePositionalOptions(false)
    .option('--changed', 'only those that are not the default')
    .action(async (flags) => (await import('../commands/settings.ts')).settings(flags, settingsFlags(flags), context));

  const change = (name: string, description: string) =>
    addOutputOptions(settings.command(name).description(description));

  const get = change('get', 'print the value of one setting')
    .argument('<key>', 'such as `prefix` or `bind_groups.filesystems`')
    .action(async (key: string, _flags, command: Command) =>
      (await import('../commands/settings-get.ts')).getSetting(key, settingsFlags(command.optsWithGlobals()), context),
    );
  document(get, {
    examples: [
      ['ctinstall settings get prefix', 'where software is installed'],
      ['ctinstall settings get bind_groups.filesystems', 'a part of a map'],
    ],
  });
  const set = change('set', 'set one value in your settings file')
    .argument('<key>', 'such as `prefix` or `bind_groups.filesystems`')
    .argument('<value>', 'text as it is; lists and maps as YAML')
    .option('--site', "write the site's file, for all users")
    .action(async (key: string, value: string, flags) =>
      (await import('../commands/settings-set.ts')).setSetting(key, value, flags, context),
    );
  document(set, {
    examples: [
      ["ctinstall settings set image_dirs '[/a, /b]'", ''],
      ['ctinstall settings set --site force.enforce_checksums true', 'no user can set it otherwise'],
    ],
  });
  const unset = change('unset', 'take one value out of your settings file')
    .argument('<key>', 'such as `prefix` or `bind_groups.filesystems`')
    .option('--site', "write the site's file, for all users")
    .action(async (key: string, flags) =>
      (await import('../commands/settings-set.ts')).unsetSetting(key, flags, context),
    );
  document(unset, {
    examples: [
      ['ctinstall settings unset prefix', ''],
      ['ctinstall settings unset --site force.image_mode', "of the site's file"],
    ],
  });
  const edit = change('edit', 'open your settings file in $VISUAL or $EDITOR, and check what comes of it')
    .option('--site', "edit the site's file, for all users")
    .action(async (flags) => (await import('../commands/settings-edit.ts')).editSettings(flags, context));
  document(edit, {
    examples: [
      ['ctinstall settings edit', ''],
      ['EDITOR=nano ctinstall settings edit --site', "the site's file, with this editor"],
    ],
  });
  const path = change('path', 'print which files settings are read from, and which is written')
    .option('--site', "say so for the site's file")
    .action(async (flags) => (await import('../commands/settings-path.ts')).settingsPath(flags, context));
  document(path, {
    examples: [
      ['ctinstall settings path', ''],
      ['ctinstall settings path --site', 'what `set --site` writes'],
    ],
  });
  const modulePath = change('module-path', 'print the directories that `module load ctinstall` puts on MODULEPATH')
    .option('--sources', 'print also the files and variables that they depend on')
    .action(async (flags) => (await import('../commands/settings-module-path.ts')).settingsModulePath(flags, context));
  document(modulePath, {
    examples: [
      ['module use $(ctinstall settings module-path)', 'to have what you install found'],
      ['ctinstall settings module-path --sources', 'what ctinstall-module-path remembers'],
    ],
  });
};
