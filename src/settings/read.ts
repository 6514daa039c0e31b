import { detectSite, type FoundSite } from '../discover/site.ts';
import { readText } from '../host/files.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { HostPath } from '../lib/paths.ts';
import { settingsOfEnvironment } from './environment.ts';
import { type SettingsPlaces, settingsPlaces } from './files.ts';
import { foldSettings } from './fold.ts';
import { optionTable, type SettingsValues } from './options.ts';
import { parseDetect } from './parse.ts';
import { checkSettingsText, type Draft, readSettingsFile } from './read-file.ts';
import { listPresets, readPresetLayers } from './read-presets.ts';
import type { Settings, SettingsLayer } from './types.ts';
import { describeAmbiguousSite, overruledFlag, type SettingsWarning, warningsOf } from './warnings.ts';

export interface SettingsSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: HostPath;
  /** What flags set. */
  readonly flags: SettingsValues;
  /** Where ctinstall itself lies: its site presets are below it. */
  readonly toolDir: HostPath;
  /** Is told what is set in vain. */
  readonly warn?: (warning: SettingsWarning) => void;
  /** To see what would hold with a file changed. */
  readonly draft?: Draft;
}

/**
 * Reads and folds all layers: default < site preset < site file < user file < environment < flags.
 * @throws CtinstallError `settings-invalid` with every fault of the first file that has any, or for a flag that sets what
 * the site forces
 */
export async function readSettings(sources: SettingsSources): Promise<Settings> {
  const { environment, cwd, flags, warn = () => undefined } = sources;
  const places = settingsPlaces(sources);
  const above: SettingsLayer[] = [
    ...(await readFiles(places, sources.draft)),
    {
      origin: (key) => optionTable[key].environment,
      by: 'user',
      base: cwd,
      isExpanded: true,
      values: settingsOfEnvironment(environment),
    },
    {
      origin: (key) => optionTable[key].flag?.split(' ')[0] ?? key,
      by: 'flag',
      base: cwd,
      isExpanded: true,
      values: flags,
    },
  ];
  const asked = foldSettings(above, environment);
  const detected = asked.origins.site[0] === 'default' ? await detectPreset(places, environment) : undefined;
  if (detected?.kind === 'ambiguous') warn(describeAmbiguousSite(detected.candidates));
  const site: SettingsLayer[] =
    detected?.kind === 'found'
      ? [{ origin: `detected by ${detected.how}`, base: cwd, values: { site: detected.value } }]
      : [];
  const presets = await readPresetLayers(site[0]?.values.site ?? asked.site, places.presetDirectories);
  const settings = foldSettings([...site, ...presets, ...above], environment);
  for (const overruled of settings.overruled) if (overruled.isFlag) throw overruledFlag(overruled);
  for (const warning of warningsOf(settings)) warn(warning);
  return settings;
}

/** What says which site this machine belongs to, where no setting does. */
export async function detectPreset(
  { presetDirectories }: SettingsPlaces,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FoundSite> {
  const sites = [];
  for (const { name, path } of await listPresets(presetDirectories)) {
    const text = await readText(path);
    const detect = parseDetect(text) ?? checkSettingsText(path, 'preset', text).detect;
    if (detect.length > 0) sites.push({ name, detect });
  }
  return detectSite(sites, { environment });
}

async function readFiles(places: SettingsPlaces, draft: Draft | undefined): Promise<SettingsLayer[]> {
  const site = await readSettingsFile(places.siteFile, 'site', draft);
  if (site === undefined && places.isSiteFileNamed)
    throw new CtinstallError(
      'settings-invalid',
      `\`CTINSTALL_SITE_SETTINGS\` names \`${places.siteFile}\`, which is not there`,
      { hint: 'mend or unset the variable' },
    );
  const user = await readSettingsFile(places.userFile, 'user', draft);
  return [
    ...(site === undefined ? [] : [{ ...site, origin: site.path, by: 'site' as const }]),
    ...(user === undefined ? [] : [{ ...user, origin: user.path, by: 'user' as const }]),
  ];
}
