import { statIfThere } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatBytes } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { runSquashfsScript } from '../../squashfs/run-script.ts';
import { prefixesOf } from '../all-prefixes.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';
import { findInstalled, findLoaded, type Installed } from '../find-installed.ts';

export interface SquashfsFlags {
  readonly removeDirectory?: boolean;
  readonly replaceSquashfs?: boolean;
  readonly keepSquashfs?: boolean;
  readonly keepDirectory?: boolean;
  readonly replaceDirectory?: boolean;
  readonly processors?: string;
  readonly wait?: boolean;
}

const actions = ['make', 'unmake', 'status'] as const;
type Action = (typeof actions)[number];

/** `ctinstall squashfs [make|unmake|status] [module]`; a first word that is no action is the module. */
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
      hint: 'the actions are `make`, `unmake` and `status`',
    });
  const settings = await readSettingsOf(context, settingsFlags);
  const installed =
    moduleName === undefined
      ? await findLoaded(context)
      : await findInstalled(moduleName, prefixesOf(settings), context);
  if (action === 'status') return printStatus(installed, context);
  const script = joinHost(installed.installDir, 'bin', action === 'make' ? 'make-squashfs' : 'unmake-squashfs');
  const { lines } = await runSquashfsScript(script, scriptArguments(flags), {
    environment: context.environment,
    processors: settings.origins.squashfs_processors[0] === 'default' ? undefined : settings.squashfsProcessors,
    reporter: context.reporter,
    signal: context.signal,
    title: `${action === 'make' ? 'pack' : 'unpack'} the user software of ${installed.record.moduleName}`,
  });
  if (context.isJson)
    context.print(JSON.stringify({ event: 'squashfs', action, module: installed.record.moduleName, lines }));
  else for (const line of lines) context.print(line);
}

function isAction(word: string | undefined): word is Action {
  return (actions as readonly (string | undefined)[]).includes(word);
}

/** The flags of `ctinstall squashfs` are those of the scripts: what does not belong to the action is for the script to refuse. */
function scriptArguments(flags: SquashfsFlags): string[] {
  const given = {
    '--remove-directory': flags.removeDirectory,
    '--replace-squashfs': flags.replaceSquashfs,
    '--keep-squashfs': flags.keepSquashfs,
    '--keep-directory': flags.keepDirectory,
    '--replace-directory': flags.replaceDirectory,
    '--no-wait': flags.wait === false,
  };
  const switches = Object.entries(given).flatMap(([flag, isGiven]) => (isGiven === true ? [flag] : []));
  return [...switches, ...(flags.processors === undefined ? [] : ['--processors', flags.processors])];
}

async function printStatus({ installDir, record }: Installed, context: CommandContext): Promise<void> {
  const packed = await statIfThere(joinHost(installDir, 'user-software.squashfs'));
  const directory = await statIfThere(joinHost(installDir, 'user-software'));
  const used = packed?.isFile() === true ? 'squashfs' : directory?.isDirectory() === true ? 'directory' : 'nothing';
  if (context.isJson)
    return context.print(
      JSON.stringify(
        {
          module: record.moduleName,
          installDir,
          used,
          squashfsBytes: packed?.size ?? null,
          hasDirectory: directory?.isDirectory() === true,
        },
        undefined,
        2,
      ),
    );
  context.print(
    `${record.moduleName}: ${record.userSoftware} is ${{ squashfs: 'the squashfs file', directory: 'the directory', nothing: 'not there' }[used]}`,
  );
  if (packed?.isFile() === true)
    context.print(
      `  user-software.squashfs  ${formatBytes(packed.size)}, packed ${packed.mtime.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    );
  if (directory?.isDirectory() === true)
    context.print(
      `  user-software/          ${used === 'squashfs' ? 'kept, but not used while the squashfs file is there' : 'in use'}`,
    );
}
