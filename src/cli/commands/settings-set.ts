import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { checkYamlText } from '../../settings/check-yaml-text.ts';
import { setInYaml, unsetInYaml } from '../../settings/edit-yaml.ts';
import { type NamedSetting, nameSetting, readSettingText } from '../../settings/named-setting.ts';
import { type OptionKey, optionTable } from '../../settings/options.ts';
import { checkSettingsText, faultsOfSettings } from '../../settings/read-file.ts';
import { renderYaml } from '../../settings/render-yaml.ts';
import type { Settings } from '../../settings/types.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';
import {
  checkChangedText,
  type EditedFile,
  openSettingsFile,
  type SettingsFileFlags,
  writeChangedText,
} from './settings-file.ts';

/** Sets one value in a settings file; nothing is written if the file would then have a fault. */
export async function setSetting(
  name: string,
  text: string,
  flags: SettingsFileFlags,
  context: CommandContext,
): Promise<void> {
  const setting = nameSetting(name);
  refuseForceOfUser(setting, flags);
  const value = readSettingText(setting, text, context.cwd);
  const file = await openSettingsFile(flags, context);
  checkYamlText(file.path, file.text);
  const settings = await change(file, setInYaml(file.text, setting.path, value), context);
  const shown = formatValue(renderYaml(value), 200);
  if (context.isJson)
    return printDocument('settings set', { file: file.path, key: setting.path.join('.'), value }, context);
  context.reporter.report({ event: 'note', message: `${file.path} now has ${setting.path.join('.')}: ${shown}` });
  if (settings !== undefined) tellWhatCounts(setting.option, file, settings, context);
}

/** Takes one value out of a settings file, a key that ctinstall does not know too. */
export async function unsetSetting(name: string, flags: SettingsFileFlags, context: CommandContext): Promise<void> {
  const file = await openSettingsFile(flags, context);
  checkYamlText(file.path, file.text);
  const [first = '', ...rest] = name.split('.');
  const text = unsetInYaml(file.text, [first, ...rest]);
  const option = text === undefined ? nameSetting(name).option : undefined;
  if (text !== undefined) await change(file, text, context);
  if (context.isJson)
    return printDocument('settings unset', { file: file.path, key: name, wasSet: text !== undefined }, context);
  context.reporter.report({
    event: 'note',
    message: `${file.path} ${option === undefined ? 'no longer has' : 'does not have'} ${formatValue(name)}`,
  });
}

/**
 * Writes the changed file and gives what holds then; undefined where faults remain that were there before: of several faults
 * each can be mended by itself.
 */
async function change(file: EditedFile, text: string, context: CommandContext): Promise<Settings | undefined> {
  const kind = file.isSite ? 'site' : 'user';
  const [before, after] = [faultsOfSettings(kind, file.text), faultsOfSettings(kind, text)];
  const hasNew = after.some((fault) => !before.includes(fault));
  if (!hasNew && after.length > 0 && after.length < before.length) {
    const message = `${file.path} still has ${after.length === 1 ? 'a fault' : `${after.length} faults`}: ${after.join('; ')}`;
    await writeChangedText(file, text, { warnings: [{ message, hint: 'see where: ctinstall settings' }], context });
    return undefined;
  }
  try {
    // What has nothing to do with the change is shown where it stands now.
    if (!hasNew && after.length > 0) checkSettingsText(file.path, kind, file.text);
    const { settings, warnings } = await checkChangedText(file, text, context);
    await writeChangedText(file, text, { warnings, context });
    return settings;
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code !== 'settings-invalid') throw error;
    const { message, details, hint } = error;
    throw new CtinstallError('settings-invalid', `nothing was written: ${message}`, {
      details,
      hint: hint ?? (before.length > 0 ? 'fix that first, also all at once: ctinstall settings edit' : undefined),
    });
  }
}

function refuseForceOfUser({ path }: NamedSetting, { site: isSite = false }: SettingsFileFlags): void {
  if (path[0] === 'force' && !isSite)
    throw new CtinstallError('usage', 'only the settings of a site force values', {
      hint: `set \`${path.slice(1).join('.')}\` for yourself, or add \`--site\``,
    });
}

/** A stronger layer may set the same: a variable in this shell, say, or the user's file where the site's was written. */
function tellWhatCounts(option: OptionKey, { path }: EditedFile, { origins }: Settings, context: CommandContext): void {
  const [strongest = ''] = origins[option];
  const isStronger =
    /^(CTINSTALL_|\/)/.test(strongest) && !strongest.startsWith(path) && !strongest.endsWith(' (forced)');
  if (optionTable[option].merge === 'replace' && isStronger)
    context.reporter.report({
      event: 'note',
      message: `\`${strongest}\` is stronger here: see \`ctinstall settings\``,
    });
}
