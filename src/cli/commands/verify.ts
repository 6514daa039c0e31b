import { discoverImageContents } from '../../discover/image.ts';
import { CtinstallError } from '../../lib/errors.ts';
import type { HostPath, Prefix } from '../../lib/paths.ts';
import { runPooled } from '../../lib/pool.ts';
import { type CommandContext, readSettingsOf } from '../../operations/context.ts';
import { prefixesOf, readAllRecords } from '../../operations/installed/all-prefixes.ts';
import { findInstalled } from '../../operations/installed/find-installed.ts';
import { reportStopped } from '../../operations/installed/report-stopped.ts';
import { type Difference, verifyInstall } from '../../records/verify.ts';
import type { SettingsValues } from '../../settings/options.ts';

/** So many installs are looked at together where that is a matter of waiting. Reading whole images is one of the disk. */
const mostAtOnce = 16;

/** Compares installs with their records: those named, or all under all prefixes. */
export async function verify(
  names: readonly string[],
  { quick = false }: { quick?: boolean },
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const prefixes = prefixesOf(await readSettingsOf(context, settingsFlags));
  const installs =
    names.length === 0
      ? (await readAllRecords(prefixes, context)).filter(({ record, installDir, fault }) => {
          if (record === undefined) context.reporter.report({ event: 'warning', message: `${installDir}: ${fault}` });
          return true;
        })
      : await Promise.all(names.map((name) => findInstalled(name, prefixes, context)));
  await reportStopped(prefixes, context);
  const results: Result[] = [];
  let printed = 0;
  const printNext = (): void => {
    for (let result = results[printed]; result !== undefined; result = results[printed]) {
      if (!context.isJson) for (const line of describe(result, prefixes[0])) context.print(line);
      printed += 1;
    }
  };
  const { signal } = context;
  await runPooled([...installs.entries()], quick ? mostAtOnce : 1, {
    work: async ([at, { installDir, record }]) => {
      if (signal.aborted) throw new CtinstallError('interrupted', 'interrupted');
      const differences =
        record === undefined
          ? [{ path: installDir, what: 'has a record that cannot be read' }]
          : await verifyInstall(installDir, record, { isQuick: quick, signal, checkImage });
      results[at] = {
        module: record?.moduleName ?? installDir.split('/').slice(-2).join('/'),
        installDir,
        differences,
      };
      printNext();
    },
    onLaterError: () => undefined,
  });
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

interface Result {
  readonly module: string;
  readonly installDir: HostPath;
  readonly differences: readonly Difference[];
}

/** Names the place of what is not under the first prefix: another install there may have the same name. */
function describe({ module, installDir, differences }: Result, prefix: Prefix): string[] {
  const { length } = differences;
  const where = installDir.startsWith(`${prefix}/`) ? '' : ` in ${installDir}`;
  return [
    `${module}${where}: ${length === 0 ? 'as installed' : `${length} difference${length === 1 ? '' : 's'}`}`,
    ...differences.map(({ path, what }) => `  ${path} ${what}`),
  ];
}

async function checkImage(path: HostPath): Promise<string | undefined> {
  try {
    return (await discoverImageContents(path)).unusable?.message;
  } catch (error) {
    if (error instanceof CtinstallError) return error.message;
    throw error;
  }
}
