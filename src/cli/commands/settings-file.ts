import { readTextIfThere } from '../../host/files.ts';
import { replaceFile } from '../../host/replace-file.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath } from '../../lib/paths.ts';
import { checkPrefix } from '../../settings/check-prefix.ts';
import { settingsPlaces } from '../../settings/files.ts';
import { foldSettings } from '../../settings/fold.ts';
import { readSettings } from '../../settings/read.ts';
import { refuseCheckout } from '../../settings/read-checkout.ts';
import { checkSettingsText } from '../../settings/read-file.ts';
import type { Settings } from '../../settings/types.ts';
import type { SettingsWarning } from '../../settings/warnings.ts';
import type { CommandContext } from '../command-context.ts';

export interface SettingsFileFlags {
  /** The site's file rather than the user's own. */
  readonly site?: boolean;
}

/** A settings file that is to be changed. */
export interface EditedFile {
  readonly path: HostPath;
  /** Empty where the file is not there yet. */
  readonly text: string;
  readonly isSite: boolean;
}

export async function openSettingsFile(
  { site: isSite = false }: SettingsFileFlags,
  context: CommandContext,
): Promise<EditedFile> {
  const { siteFile, userFile } = settingsPlaces(context);
  const path = isSite ? siteFile : userFile;
  if (path === undefined)
    throw new CtinstallError(
      'settings-invalid',
      'there is no place for settings of your own: `HOME` names no directory',
      {
        hint: 'set `HOME` or `XDG_CONFIG_HOME`',
      },
    );
  return { path, text: (await readTextIfThere(path)) ?? '', isSite };
}

/**
 * What would hold with the file's text changed; warnings are kept for when it is written.
 * @throws CtinstallError with every fault of the text
 */
export async function checkChangedText(
  { path, isSite }: EditedFile,
  text: string,
  { environment, cwd, toolDir }: CommandContext,
): Promise<{ settings: Settings; warnings: readonly SettingsWarning[] }> {
  const warnings: SettingsWarning[] = [];
  const settings = await readSettings({
    ...{ environment, cwd, toolDir },
    flags: {},
    draft: { path, text },
    warn: (warning) => warnings.push(warning),
  });
  // By itself too: a variable of this shell may hide what the file says.
  const kind = isSite ? 'site' : 'user';
  const alone = foldSettings([{ ...checkSettingsText(path, kind, text), origin: path }], environment);
  for (const each of [alone, settings]) {
    checkPrefix(each);
    await refuseCheckout(each, environment);
  }
  return { settings, warnings };
}

/** Writes the changed text, and tells what of it has no effect. */
export async function writeChangedText(
  file: EditedFile,
  text: string,
  { warnings, context }: { warnings: readonly SettingsWarning[]; context: CommandContext },
): Promise<void> {
  await explainUnwritable(file, () => replaceFile(file.path, text));
  for (const warning of warnings) context.reporter.report({ event: 'warning', ...warning });
}

/** @throws CtinstallError `filesystem` with the hint that goes with settings */
export async function explainUnwritable({ isSite }: EditedFile, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof CtinstallError)) throw error;
    throw new CtinstallError('filesystem', error.message, {
      hint: isSite
        ? 'the settings of the site are for those who keep them; leave `--site` out to write your own'
        : 'make the file and its directory writable, or free some space',
      cause: error,
    });
  }
}
