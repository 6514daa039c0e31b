import type { Applied } from '../../apply/types.ts';
import { statIfThere } from '../../host/files.ts';
import { formatBytes, formatCommand, formatLine } from '../../lib/format.ts';
import { joinHost, modulePathOf } from '../../lib/paths.ts';
import type { Plan } from '../../plan/types.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import type { CommandContext } from '../context.ts';

/** Tells of what a rebuild has left where it was: files that are not ctinstall's, and an image that jobs may run from. */
export async function reportKept({ installDir }: Plan, applied: Applied, { reporter }: CommandContext): Promise<void> {
  const { unlisted, retired } = applied;
  const shown = unlisted.slice(0, 10).join(', ') + (unlisted.length > 10 ? `, … (${unlisted.length} in all)` : '');
  if (unlisted.length > 0)
    reporter.report({ event: 'note', message: `kept what ctinstall did not put into ${installDir}: ${shown}` });
  for (const path of retired) {
    const size = formatBytes((await statIfThere(joinHost(installDir, path)))?.size ?? 0);
    reporter.report({
      event: 'note',
      message: `the earlier image (${size}) stays for running jobs; when there are none, \`ctinstall clean\` removes it`,
    });
  }
}

/** A module whose required bind is not on this node does not load here: better learnt now than then. */
export async function warnOfMissingBinds(
  { moduleName, binds }: ResolvedInstall,
  { reporter }: CommandContext,
): Promise<void> {
  for (const { host, optional } of binds)
    if (!optional && (await statIfThere(host)) === undefined)
      reporter.report({
        event: 'warning',
        message: `${formatLine(moduleName)} does not load on this node: its bind \`${formatLine(host)}\` is required, and not here`,
        hint: 'load it where that is, on a compute node say; or make the bind optional: `{ host: …, optional: true }`',
      });
}

/** What to type next. `module use` only where the module path is not in use yet. */
export function printHowToLoad(install: ResolvedInstall, settings: Settings, context: CommandContext): void {
  const modulePath = modulePathOf(settings.prefix);
  const isInUse = (context.environment.MODULEPATH ?? '').split(':').includes(modulePath);
  if (context.isJson) {
    const { moduleName, installDir, modulefile } = install;
    context.print(
      JSON.stringify({
        event: 'installed',
        moduleName,
        installDir,
        modulefile,
        modulePath,
        isModulePathInUse: isInUse,
      }),
    );
    return;
  }
  context.reporter.report({ event: 'note', message: 'To use it:' });
  if (!isInUse) context.print(`module use ${formatCommand([modulePath])}`);
  context.print(`module load ${install.moduleName}`);
}
