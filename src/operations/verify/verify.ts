import { discoverImageContents } from '../../discover/image.ts';
import { discoverSharingGroup } from '../../discover/sharing-group.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import { type HostPath, hostPath, type Prefix } from '../../lib/paths.ts';
import { runPooled } from '../../lib/pool.ts';
import { findAreasOnce } from '../../records/other-modulefiles.ts';
import { findClosedSoftware } from '../../records/software-permissions.ts';
import { type Difference, verifyInstall } from '../../records/verify.ts';
import { directoryBitsOf } from '../../resolve/topics/policy.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type Context, readSettingsOf } from '../context.ts';
import { prefixesOf, readAllRecords } from '../installed/all-prefixes.ts';
import { findInstalled, type Installed } from '../installed/find-installed.ts';
import { reportStopped } from '../installed/report-stopped.ts';
import { findStaleMpi } from '../mpi/stale-mpi.ts';

/** So many installs are looked at together where that is a matter of waiting. Reading whole images is one of the disk. */
const mostAtOnce = 16;

export interface VerifyOptions {
  /** All, where none are named. */
  readonly modules: readonly string[];
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  /** Whether the content of files is not read. */
  readonly quick?: boolean;
  /** Hears of each install, in order, as soon as it and those before it were looked at. `prefix`: the first of all. */
  readonly tell: (result: VerifyResult, prefix: Prefix) => void;
}

export interface VerifyResult {
  readonly module: string;
  readonly installDir: HostPath;
  readonly differences: readonly Difference[];
}

/** Compares installs with their records: those named, or all under all prefixes. */
export async function verify(
  { modules: names, settings, quick = false, tell }: VerifyOptions,
  context: Context,
): Promise<readonly VerifyResult[]> {
  const settingsNow = await readSettingsOf(context, settings);
  const prefixes = prefixesOf(settingsNow);
  const installs =
    names.length === 0
      ? (await readAllRecords(prefixes, context)).filter(({ record, installDir, fault }) => {
          if (record === undefined) context.reporter.report({ event: 'warning', message: `${installDir}: ${fault}` });
          return true;
        })
      : await Promise.all(names.map((name) => findInstalled(name, prefixes, context)));
  await reportStopped(prefixes, context);
  const results: VerifyResult[] = [];
  let printed = 0;
  const printNext = (): void => {
    for (let result = results[printed]; result !== undefined; result = results[printed]) {
      tell(result, prefixes[0]);
      printed += 1;
    }
  };
  const { signal } = context;
  const areasOf = findAreasOnce();
  await runPooled([...installs.entries()], quick ? mostAtOnce : 1, {
    work: async ([at, { installDir, record }]) => {
      if (signal.aborted) throw new CtinstallError('interrupted', 'interrupted');
      const module = record?.moduleName ?? installDir.split('/').slice(-2).join('/');
      context.reporter.report({ event: 'working', what: `verify ${formatLine(module)}` });
      const differences =
        record === undefined
          ? [{ path: installDir, what: 'has a record that cannot be read' }]
          : [
              ...(await verifyInstall(installDir, record, { isQuick: quick, signal, checkImage, areasOf })),
              ...(await findStaleMpi(installDir, record, { isThorough: true })),
              ...(quick ? [] : await findClosed({ installDir, record }, settingsNow, signal)),
            ];
      results[at] = { module, installDir, differences };
      printNext();
    },
    onLaterError: () => undefined,
  });
  return results;
}

/** One line for all that others of the group cannot use. */
async function findClosed(
  { installDir, record }: Installed,
  { umask }: Pick<Settings, 'umask'>,
  signal: AbortSignal,
): Promise<Difference[]> {
  const sharedWith = umask === undefined ? await discoverSharingGroup(hostPath(record.prefix)) : undefined;
  const bits = directoryBitsOf({ umask, sharedWith });
  if (bits === undefined) return [];
  const closed = await findClosedSoftware(installDir, bits, signal);
  const [first] = closed;
  if (first === undefined) return [];
  const owners = [...new Set(closed.map(({ uid }) => uid))].join(', ');
  const others = closed.length === 1 ? '' : `(and ${closed.length - 1} more) `;
  const what = `${others}is closed to others who share the install: user ${owners} opens it with \`ctinstall regenerate ${record.moduleName}\``;
  return [{ path: first.path, what }];
}

async function checkImage(path: HostPath): Promise<string | undefined> {
  try {
    return (await discoverImageContents(path)).unusable?.message;
  } catch (error) {
    if (error instanceof CtinstallError) return error.message;
    throw error;
  }
}
