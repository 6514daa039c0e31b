import { type HostPath, hostPath, joinHost } from '../lib/paths.ts';
import { splitPaths } from './environment.ts';
import { homeOf } from './home.ts';

/** Where settings are read from. */
export interface SettingsPlaces {
  readonly siteFile: HostPath;
  /** Whether `CTINSTALL_SITE_SETTINGS` names it, so that it must be there. */
  readonly isSiteFileNamed: boolean;
  /** Undefined where there is no home directory to look in. */
  readonly userFile: HostPath | undefined;
  /** Directories with site presets; of those with the same name the first counts. */
  readonly presetDirectories: readonly HostPath[];
}

export function settingsPlaces({
  environment,
  cwd,
  toolDir,
}: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: HostPath;
  readonly toolDir: HostPath;
}): SettingsPlaces {
  const named = environment.CTINSTALL_SITE_SETTINGS;
  const siteFile = hostPath(named || '/etc/ctinstall/settings.yaml', cwd);
  const home = homeOf(environment);
  const configHome = environment.XDG_CONFIG_HOME || (home === undefined ? undefined : joinHost(home, '.config'));
  return {
    siteFile,
    isSiteFileNamed: named !== undefined && named !== '',
    userFile: configHome === undefined ? undefined : hostPath(`${configHome}/ctinstall/settings.yaml`, cwd),
    presetDirectories: [
      ...splitPaths(environment.CTINSTALL_SITE_PRESETS ?? '').map((directory) => hostPath(directory, cwd)),
      hostPath('../sites', siteFile),
      joinHost(toolDir, 'sites'),
    ],
  };
}
