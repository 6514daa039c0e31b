import { readRecords } from '../../apply/record.ts';
import { type Difference, verifyInstall } from '../../apply/verify.ts';
import { discoverImageContents } from '../../discover/image.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';
import { findInstalled } from '../find-installed.ts';

/** Compares installs with their records: those named, or all under the prefix. */
export async function verify(
  names: readonly string[],
  { quick = false }: { quick?: boolean },
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { prefix } = await readSettingsOf(context, settingsFlags);
  const installs =
    names.length === 0
      ? (await readRecords(prefix)).filter(({ record, installDir, fault }) => {
          if (record === undefined) context.reporter.report({ event: 'warning', message: `${installDir}: ${fault}` });
          return true;
        })
      : await Promise.all(names.map((name) => findInstalled(name, prefix, context)));
  const results: { module: string; installDir: HostPath; differences: Difference[] }[] = [];
  for (const { installDir, record } of installs) {
    const module = record?.moduleName ?? installDir.split('/').slice(-2).join('/');
    const differences =
      record === undefined
        ? [{ path: installDir, what: 'has a record that cannot be read' }]
        : await verifyInstall(installDir, record, { isQuick: quick, signal: context.signal, checkImage });
    results.push({ module, installDir, differences });
    if (context.isJson) continue;
    context.print(
      `${module}: ${differences.length === 0 ? 'as installed' : `${differences.length} difference${differences.length === 1 ? '' : 's'}`}`,
    );
    for (const { path, what } of differences) context.print(`  ${path} ${what}`);
  }
  if (context.isJson) context.print(JSON.stringify(results, undefined, 2));
  const different = results.filter(({ differences }) => differences.length > 0).length;
  if (different > 0)
    throw new CtinstallError(
      'verification-failed',
      `${different} of ${results.length} ${results.length === 1 ? 'install is' : 'installs are'} not as installed`,
      {
        hint: 'install again with `--rebuild`; user software stays',
      },
    );
}

async function checkImage(path: HostPath): Promise<string | undefined> {
  try {
    return (await discoverImageContents(path)).unusable?.message;
  } catch (error) {
    if (error instanceof CtinstallError) return error.message;
    throw error;
  }
}
