import { joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { runSquashfsScript, type SquashfsScriptOptions } from '../../squashfs/run-script.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { readSlurmFlags, type SlurmFlags } from '../in-job/slurm-flags.ts';
import { findNamedOrLoaded, type Installed } from '../installed/find-installed.ts';
import { tellFileQuota } from './tell-file-quota.ts';

export interface SquashfsOptions extends SlurmFlags {
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

export type SquashfsAction = keyof typeof actions;

export interface SquashfsRequest {
  readonly action: SquashfsAction;
  /** The loaded one, where none is named. */
  readonly module: string | undefined;
  readonly options: SquashfsOptions;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  /** Of an update: what changes the software, and where what it prints goes. */
  readonly command?: { readonly argv: readonly string[]; readonly output: 'stdout' | 'stderr' } | undefined;
}

/** Packs, unpacks or updates the user software of an install, by the script of the install. */
export async function squashfs(request: SquashfsRequest, context: Context) {
  const { action, module, options, command } = request;
  const settings = await readSettingsOf(context, request.settings);
  const installed = await findNamedOrLoaded(module, settings, context);
  const { script, verb } = actions[action];
  const result = await runSquashfsScript(
    joinHost(installed.installDir, 'bin', script),
    [...scriptArguments(options), ...(command === undefined ? [] : ['--', ...command.argv])],
    {
      ...optionsOf(options, installed, settings),
      environment: context.environment,
      reporter: context.reporter,
      signal: context.signal,
      title: `${verb} the user software of ${installed.record.moduleName}`,
      ...(command === undefined ? {} : { commandOutput: command.output }),
    },
  );
  const quota = await tellFileQuota(installed.installDir, context);
  return { ...result, module: installed.record.moduleName, quota };
}

function optionsOf(
  flags: SquashfsOptions,
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

/** The flags of `ctinstall squashfs` are those of the scripts: what does not belong to the action is for the script to refuse. */
function scriptArguments(flags: SquashfsOptions): string[] {
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
