import { createInterface } from 'node:readline/promises';
import { announceModule } from '../../apply/announce-module.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { formatLine } from '../../lib/format.ts';
import type { Prefix } from '../../lib/paths.ts';
import { type CommandContext, readSettingsOf } from '../../operations/context.ts';
import { prefixesOf } from '../../operations/installed/all-prefixes.ts';
import { findInstalled, type Installed } from '../../operations/installed/find-installed.ts';
import { placesOf } from '../../plan/places.ts';
import { findRemains, type Remains } from '../../records/find-remains.ts';
import { findUnlisted } from '../../records/find-unlisted.ts';
import { recordedModulefile } from '../../records/other-modulefiles.ts';
import { readRecord } from '../../records/record.ts';
import { hasUserSoftware } from '../../records/user-software.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import type { InstallPlaces } from '../../transaction/types.ts';
import { uninstallFiles } from '../../transaction/uninstall.ts';
import { withInstallLock } from '../../transaction/with-install-lock.ts';

export interface UninstallFlags {
  readonly withUserSoftware?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

interface ToRemove {
  readonly moduleName: string;
  readonly places: InstallPlaces;
  /** Reads again what is there: another run may have changed it meanwhile, or one that was stopped was put back. */
  readonly listFiles: () => Promise<Parameters<typeof uninstallFiles>[1] | undefined>;
}

/** Removes what the record of an install lists; user software stays unless it is asked for by name. */
export async function uninstall(
  moduleName: string,
  flags: UninstallFlags,
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const settings = await readSettingsOf(context, settingsFlags);
  const found = await findToRemove(moduleName, { settings, isForced: flags.force === true }, context);
  const { installDir } = found.places;
  const removesUserSoftware = flags.withUserSoftware === true;
  if (flags.yes !== true)
    await confirm(`remove ${found.moduleName}${removesUserSoftware ? ' with all user software' : ''}?`, context);
  const locking = { ...context, waits: flags.wait !== false, forceUnlock: flags.forceUnlock === true };
  await withInstallLock(found.places, locking, async () => {
    const current = await found.listFiles();
    if (current !== undefined)
      await uninstallFiles(found.places, current, { removesUserSoftware, signal: context.signal });
    await announceModule(found.places, context);
  });
  const kept = await hasUserSoftware(installDir);
  if (context.isJson)
    return context.print(
      JSON.stringify({ event: 'uninstalled', moduleName: found.moduleName, userSoftware: kept ? installDir : null }),
    );
  context.print(`removed ${found.moduleName}`);
  const others = flags.force === true ? await findUnlisted(installDir, new Set()) : [];
  if (others.length > 0)
    context.reporter.report({ event: 'note', message: `kept in ${installDir}: ${others.slice(0, 10).join(', ')}` });
  if (kept)
    context.reporter.report({
      event: 'note',
      message: `your software stays in ${installDir}; a new install of the module uses it again`,
    });
}

/** @throws CtinstallError `not-installed`, with what is left where there is no record, unless that is to be removed */
async function findToRemove(
  moduleName: string,
  { settings, isForced }: { settings: Settings; isForced: boolean },
  context: CommandContext,
): Promise<ToRemove> {
  const { prefix } = settings;
  let installed: Installed;
  try {
    installed = await findInstalled(moduleName, prefixesOf(settings), context);
  } catch (error) {
    if (!(error instanceof CtinstallError) || error.code !== 'not-installed') throw error;
    const remains = await findRemains(moduleName, prefix);
    const [only] = remains;
    if (only === undefined) throw error;
    if (!isForced || remains.length > 1) throw describeRemains(moduleName, remains);
    return removalOf(only, prefix);
  }
  const { installDir, record } = installed;
  const places = placesOf(prefix, record.name, record.fullVersion, recordedModulefile(installDir, record.modulefile));
  if (places.installDir !== installDir)
    throw new CtinstallError(
      'not-installed',
      `\`${record.moduleName}\` is installed in \`${installDir}\`, not under the prefix \`${prefix}\``,
      { hint: 'name its prefix with `--prefix <dir>`' },
    );
  return {
    moduleName: record.moduleName,
    places,
    listFiles: async () => (await readRecord(installDir))?.record,
  };
}

function removalOf({ name, fullVersion, modulefiles }: Remains, prefix: Prefix): ToRemove {
  const places = placesOf(prefix, name, fullVersion, modulefiles[0]);
  return {
    moduleName: places.moduleName,
    places,
    listFiles: async () => {
      const [now] = await findRemains(`${name}/${fullVersion}`, prefix);
      if (now === undefined) return (await readRecord(places.installDir))?.record;
      return { modulefile: places.modulefile, retired: [], files: now.files.map((path) => ({ path })) };
    },
  };
}

function describeRemains(moduleName: string, remains: readonly Remains[]): CtinstallError {
  const shown = formatLine(moduleName);
  const names = remains.map(({ name, fullVersion }) => `${name}/${fullVersion}`);
  return new CtinstallError('not-installed', `no record says what belongs to \`${shown}\``, {
    details: remains.flatMap(({ fault, modulefiles, files, installDir }) => [
      `  ${formatLine(fault)}`,
      ...modulefiles.map((path) => `  there is the modulefile \`${formatLine(path)}\``),
      ...(files.length === 0
        ? []
        : [`  in \`${formatLine(installDir)}\` there are ${files.map(formatLine).join(', ')}`]),
    ]),
    hint:
      names.length > 1
        ? `name one of them, with \`--force\`: ${names.join(', ')}`
        : `\`ctinstall uninstall --force ${names[0]}\` removes these, and keeps your software; \`ctinstall --rebuild\` of its easyconfig mends it`,
  });
}

/** Asks on the terminal. @throws CtinstallError where the answer is no, or nobody can be asked */
export async function confirm(question: string, context: CommandContext): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CtinstallError('usage', 'this is no terminal, so nobody can be asked', {
      hint: 'pass `--yes` to remove it',
    });
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  // readline takes Ctrl-C for itself, and says nothing at the end of the input.
  const stop = new AbortController();
  asking.once('SIGINT', () => stop.abort()).once('close', () => stop.abort());
  try {
    const answer = await asking
      .question(`${question} [y/N] `, { signal: AbortSignal.any([context.signal, stop.signal]) })
      .catch(() => {
        throw new CtinstallError('interrupted', 'nothing was removed');
      });
    if (!/^y(es)?$/i.test(answer.trim())) throw new CtinstallError('usage', 'nothing was removed');
  } finally {
    asking.close();
  }
}
