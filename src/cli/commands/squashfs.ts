import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import { type CommandContext, readSettingsOf } from '../../operations/context.ts';
import { prefixesOf } from '../../operations/installed/all-prefixes.ts';
import { findInstalled, findLoaded, type Installed } from '../../operations/installed/find-installed.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { runSquashfsScript, type SquashfsScriptOptions } from '../../squashfs/run-script.ts';
import { readSlurmFlags, type SlurmFlags } from '../slurm-flags.ts';
import { tellFileQuota } from './squashfs-quota.ts';
import { printStatus } from './squashfs-status.ts';

export interface SquashfsFlags extends SlurmFlags {
  readonly removeDirectory?: boolean;
  readonly replaceSquashfs?: boolean;
  readonly keepSquashfs?: boolean;
  readonly keepDirectory?: boolean;
  readonly replaceDirectory?: boolean;
  /** False is `--no-exclude`. */
  readonly exclude?: readonly string[] | false;
  readonly dropExcluded?: boolean;
  readonly reproducible?: boolean;
  readonly processors?: string;
  readonly wait?: boolean;
}

const actions = {
  make: { script: 'make-squashfs', verb: 'pack' },
  unmake: { script: 'unmake-squashfs', verb: 'unpack' },
  update: { script: 'update-squashfs', verb: 'update' },
} as const;
type Action = keyof typeof actions | 'status';

/** `ctinstall squashfs [make|unmake|update|status] [module]`; a first word that is no action is the module. */
export async function squashfs(
  first: string | undefined,
  second: string | undefined,
  flags: SquashfsFlags,
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const action: Action = isAction(first) ? first : 'make';
  const moduleName = isAction(first) ? second : first;
  if (!isAction(first) && second !== undefined)
    throw new CtinstallError('usage', `\`${first}\` is no action of \`ctinstall squashfs\``, {
      hint: 'the actions are `make`, `unmake`, `update` and `status`',
    });
  const command = commandOf(action, context);
  const settings = await readSettingsOf(context, settingsFlags);
  const installed =
    moduleName === undefined
      ? await findLoaded(context)
      : await findInstalled(moduleName, prefixesOf(settings), context);
  if (action === 'status') return printStatus(installed, context);
  const { script, verb } = actions[action];
  const { lines, measured, slurmJob } = await runSquashfsScript(
    joinHost(installed.installDir, 'bin', script),
    [...scriptArguments(flags), ...(command === undefined ? [] : ['--', ...command])],
    {
      ...optionsOf(flags, installed, settings),
      environment: context.environment,
      reporter: context.reporter,
      signal: context.signal,
      title: `${verb} the user software of ${installed.record.moduleName}`,
      ...(command === undefined ? {} : { commandOutput: context.isJson ? ('stderr' as const) : ('stdout' as const) }),
    },
  );
  const { moduleName: module } = installed.record;
  const quota = await tellFileQuota(installed.installDir, context);
  if (context.isJson)
    context.print(JSON.stringify({ event: 'squashfs', action, module, ...measured, slurmJob, quota, lines }));
  else for (const line of [...lines, ...(quota === undefined ? [] : [quota.text])]) context.print(line);
}

function optionsOf(
  flags: SquashfsFlags,
  { installDir }: Installed,
  settings: Settings,
): Pick<SquashfsScriptOptions, 'processors' | 'excludes' | 'slurm'> {
  const isSet = (key: 'squashfs_processors' | 'squashfs_excludes'): boolean => settings.origins[key][0] !== 'default';
  const slurm = readSlurmFlags(flags, settings.slurm);
  // A wrong number is for the script to refuse.
  const processors = /^\d{1,4}$/.test(flags.processors ?? '') ? Number(flags.processors) : 0;
  return {
    processors: isSet('squashfs_processors') ? settings.squashfsProcessors : undefined,
    excludes: isSet('squashfs_excludes') ? settings.squashfsExcludes : undefined,
    slurm: slurm === undefined ? undefined : { settings: slurm, processors, directory: installDir },
  };
}

function isAction(word: string | undefined): word is Action {
  return word !== undefined && (word === 'status' || Object.hasOwn(actions, word));
}

/** @throws CtinstallError `usage` where there is a command that is not wanted, or none that is */
function commandOf(action: Action, { commandToRun }: CommandContext): readonly string[] | undefined {
  if (action !== 'update' && commandToRun !== undefined)
    throw new CtinstallError('usage', `\`ctinstall squashfs ${action}\` runs no command`, {
      hint: 'to change what is packed: `ctinstall squashfs update [module] -- command…`',
    });
  if (action === 'update' && (commandToRun ?? []).length === 0)
    throw new CtinstallError('usage', 'there is no command to run', {
      hint: 'give it after `--`: `ctinstall squashfs update PyTorch -- pip install lightning`',
    });
  return commandToRun;
}

/** The flags of `ctinstall squashfs` are those of the scripts: what does not belong to the action is for the script to refuse. */
function scriptArguments(flags: SquashfsFlags): string[] {
  const given = {
    '--remove-directory': flags.removeDirectory,
    '--replace-squashfs': flags.replaceSquashfs,
    '--keep-squashfs': flags.keepSquashfs,
    '--keep-directory': flags.keepDirectory,
    '--replace-directory': flags.replaceDirectory,
    '--no-exclude': flags.exclude === false,
    '--drop-excluded': flags.dropExcluded,
    '--reproducible': flags.reproducible,
    '--no-wait': flags.wait === false,
  };
  const switches = Object.entries(given).flatMap(([flag, isGiven]) => (isGiven === true ? [flag] : []));
  const excludes = (flags.exclude || []).flatMap((pattern) => ['--exclude', pattern]);
  return [...switches, ...excludes, ...(flags.processors === undefined ? [] : ['--processors', flags.processors])];
}
