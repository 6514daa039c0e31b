import type { Applied } from '../../apply/types.ts';
import { discoverModulePathUse, findShadowing } from '../../discover/module-path-use.ts';
import { statIfThere } from '../../host/files.ts';
import { formatBytes, formatCommand, formatLine } from '../../lib/format.ts';
import { joinHost, modulePathOf } from '../../lib/paths.ts';
import type { Plan } from '../../plan/types.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Settings } from '../../settings/types.ts';
import type { Context } from '../context.ts';
import type { InstallTold } from './told.ts';

/** Tells of what a rebuild has left where it was: files that are not ctinstall's, and an image that jobs may run from. */
export async function reportKept({ installDir }: Plan, applied: Applied, { reporter }: Context): Promise<void> {
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
export async function warnOfMissingBinds({ moduleName, binds }: ResolvedInstall, { reporter }: Context): Promise<void> {
  const missing: string[] = [];
  for (const { host, optional } of binds)
    if (!optional && (await statIfThere(host)) === undefined) missing.push(`\`${formatLine(host)}\``);
  if (missing.length === 0) return;
  const [its, are, they, them] =
    missing.length === 1 ? ['its bind', 'is', 'that is', 'the bind'] : ['its binds', 'are', 'those are', 'the binds'];
  reporter.report({
    event: 'warning',
    message: `${formatLine(moduleName)} does not load on this node: ${its} ${missing.join(', ')} ${are} required and missing here`,
    hint: `load it where ${they}, for example on a compute node; or make ${them} optional: \`{ host: …, optional: true }\``,
  });
}

/** Where the module is found, and whether that is in use: now and in later sessions. */
export async function describePlace(
  { moduleName, installDir, modulefile }: ResolvedInstall,
  { prefix }: Settings,
  { environment, reporter }: Context,
): Promise<Omit<Extract<InstallTold, { kind: 'installed' }>, 'isInSummary'>> {
  const modulePath = modulePathOf(prefix);
  const { isInUse, isInUseLater, startFile } = await discoverModulePathUse(modulePath, environment);
  const other = await findShadowing(moduleName, modulePath, environment);
  if (other !== undefined)
    reporter.report({
      event: 'warning',
      message: `\`module load ${moduleName}\` takes the module of that name in \`${formatLine(other)}\`, which comes before \`${modulePath}\` on MODULEPATH`,
      hint: `module use ${formatCommand([modulePath])}`,
    });
  const use = { isModulePathInUse: isInUse, isModulePathInUseLater: isInUseLater, startFile };
  return { kind: 'installed', install: { moduleName, installDir, modulefile }, modulePath, ...use };
}
