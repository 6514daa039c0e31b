import { readTextIfThere } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import { type HostPath, hostPath } from '../lib/paths.ts';
import { describeIssues } from '../report/describe-issue.ts';
import { settingsOfEnvironment } from './environment.ts';
import { foldSettings } from './fold.ts';
import { optionTable, type SettingsValues } from './options.ts';
import { parseSettings } from './parse.ts';
import type { Settings, SettingsLayer } from './types.ts';

export interface SettingsSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: HostPath;
  /** What flags set. */
  readonly flags: SettingsValues;
  /** Where ctinstall itself lies: its site presets are below it. */
  readonly toolDir: HostPath;
}

/**
 * Reads and folds all layers: default < site preset < site file < user file < environment < flags.
 * @throws CtinstallError `settings-invalid` with every fault of the first file that has any
 */
export async function readSettings({ environment, cwd, flags, toolDir }: SettingsSources): Promise<Settings> {
  const home = hostPath(environment.HOME ?? '/', cwd);
  const configHome = environment.XDG_CONFIG_HOME || `${home}/.config`;
  const files = [
    await readSiteSettings(environment.CTINSTALL_SITE_SETTINGS, cwd),
    await readSettingsFile(`${configHome}/ctinstall/settings.yaml`, cwd),
  ].filter((layer) => layer !== undefined);
  const above: SettingsLayer[] = [
    ...files,
    {
      origin: (key) => optionTable[key].environment ?? key,
      base: cwd,
      isExpanded: true,
      values: settingsOfEnvironment(environment),
    },
    { origin: (key) => optionTable[key].flag?.split(' ')[0] ?? key, base: cwd, isExpanded: true, values: flags },
  ];
  const { site } = foldSettings(above, environment);
  const preset = await readSettingsFile(`${toolDir}/sites/${site}.yaml`, cwd);
  if (preset === undefined)
    throw new CtinstallError('settings-invalid', `there is no site preset \`${site}\``, {
      hint: `presets lie in \`${toolDir}/sites\``,
    });
  return foldSettings([{ ...preset, origin: `site preset ${site}` }, ...above], environment);
}

async function readSiteSettings(named: string | undefined, cwd: HostPath): Promise<SettingsLayer | undefined> {
  const layer = await readSettingsFile(named || '/etc/ctinstall/settings.yaml', cwd);
  if (layer === undefined && named)
    throw new CtinstallError('settings-invalid', `\`CTINSTALL_SITE_SETTINGS\` names \`${named}\`, which is not there`, {
      hint: 'mend or unset the variable',
    });
  return layer;
}

async function readSettingsFile(path: string, cwd: HostPath): Promise<SettingsLayer | undefined> {
  const file = hostPath(path, cwd);
  const text = await readTextIfThere(file);
  if (text === undefined) return undefined;
  const { values, issues } = parseSettings(text);
  if (issues.length > 0)
    throw new CtinstallError(
      'settings-invalid',
      `the settings file \`${file}\` has ${issues.length === 1 ? 'a fault' : `${issues.length} faults`}`,
      {
        details: describeIssues(file, text, issues),
      },
    );
  return { origin: file, base: hostPath('..', file), values };
}
