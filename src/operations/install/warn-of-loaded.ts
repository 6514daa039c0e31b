import { readModuleKind } from '../../records/module-kind.ts';
import { readRecord } from '../../records/record.ts';
import type { ResolvedInstall } from '../../resolve/types.ts';
import type { Context } from '../context.ts';

/**
 * Modules that this session has loaded as one kind and that become the other: a modules tool unloads with the modulefile of
 * then, which knows nothing of what the old one has set.
 */
export async function warnOfLoaded(
  installs: readonly Pick<ResolvedInstall, 'moduleName' | 'moduleKind' | 'installDir'>[],
  { environment, reporter }: Context,
): Promise<void> {
  const loaded = new Set((environment.LOADEDMODULES ?? '').split(':'));
  for (const { moduleName, moduleKind, installDir } of installs) {
    const read = loaded.has(moduleName) ? await readRecord(installDir) : undefined;
    const before = read?.record && (await readModuleKind(read.record));
    if (before === undefined || before === moduleKind) continue;
    reporter.report({
      event: 'warning',
      message: `\`${moduleName}\` is loaded in this shell as a module of the kind \`${before}\`, and becomes one of the kind \`${moduleKind}\`: unloading it afterwards leaves variables behind`,
      hint: `module unload ${moduleName} before you install it, or start a new shell afterwards`,
    });
  }
}
