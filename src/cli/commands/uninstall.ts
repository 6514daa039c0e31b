import { formatLine } from '../../lib/format.ts';
import { type UninstallOptions, uninstall as uninstallModule } from '../../operations/uninstall/uninstall.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { confirm } from '../confirm.ts';

export interface UninstallFlags extends Omit<UninstallOptions, 'module' | 'settings' | 'confirm'> {
  readonly yes?: boolean;
}

/** `ctinstall uninstall <module>`. */
export async function uninstall(
  module: string,
  { yes = false, ...flags }: UninstallFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { isJson, print, reporter } = context;
  const asking = yes ? {} : { confirm: (question: string) => confirm(question, context) };
  const removed = await uninstallModule({ ...flags, ...asking, module, settings }, context);
  const { moduleName, installDir, keepsUserSoftware, wasUninstalled, wouldRemove, others } = removed;
  if (flags.dryRun === true && isJson)
    return print(
      JSON.stringify({ moduleName, remove: wouldRemove, userSoftware: keepsUserSoftware ? installDir : null }),
    );
  if (isJson)
    return print(
      JSON.stringify({ event: 'uninstalled', moduleName, userSoftware: keepsUserSoftware ? installDir : null }),
    );
  if (flags.dryRun === true) for (const path of wouldRemove) print(formatLine(path));
  else
    print(
      wasUninstalled && flags.withUserSoftware !== true
        ? `${moduleName} is uninstalled already`
        : `removed ${moduleName}`,
    );
  if (others.length > 0)
    reporter.report({ event: 'note', message: `kept in ${installDir}: ${others.slice(0, 10).join(', ')}` });
  if (keepsUserSoftware)
    reporter.report({
      event: 'note',
      message: `your software ${flags.dryRun === true ? 'would stay' : 'stays'} in ${installDir}; a new install of the module uses it again`,
    });
}
