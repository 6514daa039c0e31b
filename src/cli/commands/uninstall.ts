import { formatBytes, formatLine } from '../../lib/format.ts';
import {
  type Uninstalled,
  type UninstallOptions,
  uninstall as uninstallModule,
} from '../../operations/uninstall/uninstall.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { confirm } from '../confirm.ts';
import { printDocument, printEvent } from '../json/print.ts';

export interface UninstallFlags extends Omit<UninstallOptions, 'module' | 'settings'> {
  readonly yes?: boolean;
}

/** `ctinstall uninstall <module>…`. Nothing is removed where one of several cannot be. */
export async function uninstall(
  modules: readonly string[],
  { yes = false, ...flags }: UninstallFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const named = [...new Set(modules)];
  if (!yes || named.length > 1 || flags.dryRun === true) {
    const foreseen: Uninstalled[] = [];
    for (const module of named)
      foreseen.push(await uninstallModule({ ...flags, dryRun: true, module, settings }, context));
    if (flags.dryRun === true) return tellForeseen(foreseen, context);
    if (!yes && !(await confirm(questionOf(foreseen), context, foreseen.map(describe)))) return;
  }
  for (const module of named)
    tellRemoved(await uninstallModule({ ...flags, module, settings }, context), flags, context);
}

function questionOf(foreseen: readonly Uninstalled[]): string {
  return foreseen.length === 1 ? `remove ${foreseen[0]?.moduleName}?` : `remove these ${foreseen.length} modules?`;
}

/** What goes, in a line. */
function describe({ moduleName, installDir, size, keepsUserSoftware }: Uninstalled): string {
  return `${moduleName}: ${describeSize(size)} in ${formatLine(installDir)}${keepsUserSoftware ? '; your software stays' : ''}`;
}

function describeSize({ bytes, files, isWhole }: Uninstalled['size']): string {
  return `${isWhole ? '' : 'more than '}${formatBytes(bytes)} in ${files} ${files === 1 ? 'file' : 'files'}`;
}

function tellForeseen(foreseen: readonly Uninstalled[], context: CommandContext): void {
  const { isJson, isTrace, print, reporter } = context;
  if (isJson) {
    const rows = foreseen.map(({ moduleName, installDir, keepsUserSoftware, wouldRemove, size }) => ({
      ...{ moduleName, remove: wouldRemove, bytes: size.bytes, userSoftware: keepsUserSoftware ? installDir : null },
    }));
    const [only, ...more] = rows;
    printDocument('uninstall --dry-run', only !== undefined && more.length === 0 ? only : rows, context);
    return;
  }
  for (const { moduleName, wouldRemove, size, keepsUserSoftware, installDir } of foreseen) {
    const stays = keepsUserSoftware ? `; your software would stay in ${formatLine(installDir)}` : '';
    print(`${moduleName}: ${describeSize(size)} would be removed${stays}`);
    if (isTrace) for (const path of wouldRemove) print(`  ${formatLine(path)}`);
  }
  if (!isTrace) reporter.report({ event: 'note', message: '--trace names the files' });
}

function tellRemoved(
  { moduleName, installDir, keepsUserSoftware, wasUninstalled, others }: Uninstalled,
  { withUserSoftware }: UninstallFlags,
  context: CommandContext,
): void {
  const { isJson, print, reporter } = context;
  if (isJson) {
    const userSoftware = keepsUserSoftware ? installDir : null;
    printEvent('uninstalled', { event: 'uninstalled', moduleName, userSoftware }, context);
    return;
  }
  const isDone = wasUninstalled && withUserSoftware !== true;
  print(isDone ? `${moduleName} is uninstalled already` : `removed ${moduleName}`);
  const note = (message: string): void => reporter.report({ event: 'note', message });
  if (others.length > 0) note(`kept in ${installDir}: ${others.slice(0, 10).join(', ')}`);
  if (keepsUserSoftware) note(`your software stays in ${installDir}; a new install of the module uses it again`);
}
