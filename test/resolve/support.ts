import type { Easyconfig } from '../../src/easyconfig/types.ts';
import { asPrefix, hostPath } from '../../src/lib/paths.ts';
import { resolveInstall } from '../../src/resolve/resolve-install.ts';
import type { InstallFacts } from '../../src/resolve/topics/resolver.ts';
import type { ResolvedInstall } from '../../src/resolve/types.ts';
import { foldSettings } from '../../src/settings/fold.ts';
import type { SettingsValues } from '../../src/settings/options.ts';
import type { Settings } from '../../src/settings/types.ts';
import { normalFormOf } from '../easyconfig/support.ts';

export const facts: InstallFacts = {
  runtime: 'singularity',
  scripts: { runscripts: ['conda-python-simple'], wrappers: ['start-shell', 'make-squashfs'] },
};

export function settingsOf(values: SettingsValues, prefix = '/home/user/ctinstall'): Settings {
  const layer = { origin: 'test', base: hostPath('/'), values };
  return { ...foldSettings([layer], {}), prefix: asPrefix(hostPath(prefix)) };
}

/** An easyconfig of the given text after the least that it needs. */
export function easyconfigOf(more: string): Easyconfig {
  return normalFormOf(`name: demo\nversion: "1.0"\nversionsuffix: -x\nimage: { file: demo.sif }\n${more}`);
}

/** What the text of an easyconfig becomes; it must be in order. */
export function resolved(easyconfig: Easyconfig, settings: Settings): ResolvedInstall {
  const { install, issues } = resolveInstall(easyconfig, settings, facts);
  if (install === undefined) throw new Error(JSON.stringify(issues));
  return install;
}
