import { readTexts } from '../host/many-files.ts';
import { CtinstallError } from '../lib/errors.ts';
import type { HostPath } from '../lib/paths.ts';
import { settingsOfEnvironment } from './environment.ts';
import type { DetectCondition } from './file-schemas.ts';
import { type SettingsPlaces, settingsPlaces } from './files.ts';
import { foldSettings } from './fold.ts';
import { optionTable, type SettingsValues } from './options.ts';
import { parseDetect } from './parse.ts';
import { withOldDefault } from './read-before.ts';
import { checkSettingsText, type Draft, inspectSettingsFile } from './read-file.ts';
import { listPresets, readPresetLayers } from './read-presets.ts';
import { detectSite, type FoundSite } from './read-site.ts';
import { keepFault, throwTogether } from './together.ts';
import type { Settings, SettingsLayer } from './types.ts';
import { describeAmbiguousSite, distrustedFiles, overruledFlag, type SettingsWarning, warningsOf } from './warnings.ts';

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
 * @throws CtinstallError `settings-invalid` with every fault of all files and variables, or for flags that set what the site
 * forces
 */
export async function readSettings(sources: SettingsSources): Promise<Settings> {
  const { environment, cwd, flags, warn = () => undefined } = sources;
  const places = settingsPlaces(sources);
  const faults: CtinstallError[] = [];
  const above: SettingsLayer[] = [
    ...(await readFiles(places, sources.draft, faults)),
    {
      origin: (key) => optionTable[key].environment,
      by: 'user',
      base: cwd,
      isExpanded: true,
      values: (await keepFault(faults, valuesOf(environment))) ?? {},
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
  const isSiteSet = asked.origins.site[0] !== 'default';
  const detected = isSiteSet ? undefined : await keepFault(faults, detectPreset(places, environment));
  const site: SettingsLayer[] =
    detected?.kind === 'found'
      ? [{ origin: `detected by ${detected.how}`, base: cwd, values: { site: detected.value } }]
      : [];
  const name = site[0]?.values.site ?? asked.site;
  // Where the fault of a preset kept it from being seen whether it fits, that is told already.
  const canTell = isSiteSet || detected !== undefined;
  const presets = canTell ? ((await keepFault(faults, readPresetLayers(name, places.presetDirectories))) ?? []) : [];
  throwTogether(faults);
  if (detected?.kind === 'ambiguous') warn(describeAmbiguousSite(detected.candidates));
  const settings = foldSettings([...site, ...presets, ...above], environment);
  throwTogether(settings.overruled.filter(({ isFlag }) => isFlag).map(overruledFlag));
  for (const warning of [...distrustedFiles([...presets, ...above]), ...warningsOf(settings)]) warn(warning);
  return withOldDefault(settings, environment);
}

async function valuesOf(environment: SettingsSources['environment']): Promise<SettingsValues> {
  return settingsOfEnvironment(environment);
}

/** What says which site this machine belongs to, where no setting does. */
export async function detectPreset(
  { presetDirectories }: SettingsPlaces,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FoundSite> {
  const sites = [];
  const faults: CtinstallError[] = [];
  const presets = await listPresets(presetDirectories);
  const texts = await readTexts(presets.map(({ path }) => path));
  for (const [at, { name, path }] of presets.entries()) {
    const detect = await keepFault(faults, detectIn(path, texts[at]));
    if (detect !== undefined && detect.length > 0) sites.push({ name, detect });
  }
  throwTogether(faults);
  return detectSite(sites, { environment });
}

async function detectIn(
  path: HostPath,
  text: string | CtinstallError | undefined,
): Promise<readonly DetectCondition[] | undefined> {
  if (typeof text !== 'string') throw text;
  return parseDetect(text) ?? checkSettingsText(path, 'preset', text).detect;
}

async function readFiles(
  { siteFile, isSiteFileNamed, userFile }: SettingsPlaces,
  draft: Draft | undefined,
  faults: CtinstallError[],
): Promise<SettingsLayer[]> {
  const layers: SettingsLayer[] = [];
  for (const [by, path] of [
    ['site', siteFile],
    ['user', userFile],
  ] as const) {
    if (path === undefined) continue;
    const before = faults.length;
    const found = await keepFault(faults, inspectSettingsFile(path, by, draft));
    if (found?.fault !== undefined) faults.push(found.fault);
    if (found !== undefined) layers.push({ ...found.file, origin: path, by });
    else if (by === 'site' && isSiteFileNamed && faults.length === before)
      faults.push(
        new CtinstallError(
          'settings-invalid',
          `\`CTINSTALL_SITE_SETTINGS\` names \`${siteFile}\`, which is not there`,
          { hint: 'fix or unset the variable' },
        ),
      );
  }
  return layers;
}
