import { isFile, readText } from '../../host/files.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { joinHost } from '../../lib/paths.ts';
import { readRecord } from '../../records/record.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { resolveLoaded } from '../install/install-target.ts';
import { parseLoaded } from '../install/load-easyconfig.ts';
import { findNamedOrLoaded } from '../installed/find-installed.ts';
import { regenerateTarget } from '../regenerate/regenerate-target.ts';

export interface UpdateWrappersOptions {
  /** The loaded one, where none is named. */
  readonly module: string | undefined;
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

export interface UpdatedWrappers {
  readonly module: string;
  /** Names. */
  readonly made: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Gives wrappers to the console scripts that the user has installed into the virtual environment of a module, and takes
 * away those of scripts that are gone.
 * @throws CtinstallError `command-failed` where the user software is packed
 */
export async function updateWrappers(
  { module, settings: overrides, ...flags }: UpdateWrappersOptions,
  context: Context,
): Promise<UpdatedWrappers> {
  const settings = await readSettingsOf(context, overrides);
  checkPrefix(settings);
  const { installDir, record } = await findNamedOrLoaded(module, settings, context);
  const { moduleName } = record;
  if (await isFile(joinHost(installDir, 'user-software.squashfs')))
    throw new CtinstallError('command-failed', `the user software of ${moduleName} is packed`, {
      hint: `unpack it first: ctinstall squashfs unmake ${moduleName}`,
    });
  const path = joinHost(installDir, '.ctinstall', 'easyconfig.yaml');
  const target = await resolveLoaded(parseLoaded(path, await readText(path)), settings, context);
  if (target.install.installDir !== installDir)
    throw new CtinstallError('not-installed', `\`${moduleName}\` is not installed under \`${settings.prefix}\``, {
      hint: 'name its prefix with `--prefix <dir>`',
    });
  const quiet = { ...context, reporter: { report: () => undefined } };
  await regenerateTarget(target, { ...flags, updatesWrappers: true }, { settings, context: quiet });
  const now = namesOf((await readRecord(installDir))?.record?.files ?? []);
  const before = namesOf(record.files);
  return {
    module: moduleName,
    made: now.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !now.includes(name)),
  };
}

function namesOf(files: readonly { readonly path: string; readonly link?: string | undefined }[]): string[] {
  return files.flatMap(({ path, link }) =>
    link === 'in-container' && path.startsWith('bin/') ? [path.slice('bin/'.length)] : [],
  );
}
