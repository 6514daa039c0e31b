import { type UpgradeOptions, uninstallCommandOf, upgrade as upgradeAll } from '../../operations/upgrade/upgrade.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { tellInstall } from '../words/tell-install.ts';

/** `ctinstall upgrade <module>…`. */
export async function upgrade(
  modules: readonly string[],
  flags: Omit<UpgradeOptions, 'modules' | 'settings' | 'tell' | 'tellInstall'>,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const note = (message: string): void => context.reporter.report({ event: 'note', message });
  const isDefault = flags.default === true && flags.dryRun !== true;
  const tell: UpgradeOptions['tell'] = (upgraded) => {
    const { from, to, carried } = upgraded;
    if (context.isJson && flags.dryRun !== true) context.print(JSON.stringify({ event: 'upgraded', ...upgraded }));
    else if (to === undefined) note(`${from} is the newest${isDefault ? ', and the default version now' : ''}`);
    else if (flags.dryRun !== true) {
      if (carried.length > 0) note(`${to} has these of ${from} too: ${carried.join(', ')}`);
      note(`${from} stays; when you need it no more: ${uninstallCommandOf(upgraded)}`);
    }
  };
  await upgradeAll({ ...flags, modules, settings, tell, tellInstall: tellInstall(context) }, context);
}
