import { createInterface } from 'node:readline/promises';
import { announceModule } from '../../apply/announce-module.ts';
import { recordedModulefile } from '../../apply/other-modulefiles.ts';
import { readRecord } from '../../apply/record.ts';
import { uninstallFiles } from '../../apply/uninstall.ts';
import { hasUserSoftware } from '../../apply/user-software.ts';
import { withInstallLock } from '../../apply/with-install-lock.ts';
import { CtinstallError } from '../../lib/errors.ts';
import { placesOf } from '../../plan/places.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { prefixesOf } from '../all-prefixes.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';
import { findInstalled } from '../find-installed.ts';

export interface UninstallFlags {
  readonly withUserSoftware?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly forceUnlock?: boolean;
}

/** Removes what the record of an install lists; user software stays unless it is asked for by name. */
export async function uninstall(
  moduleName: string,
  flags: UninstallFlags,
  settingsFlags: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const settings = await readSettingsOf(context, settingsFlags);
  const { prefix } = settings;
  const { installDir, record } = await findInstalled(moduleName, prefixesOf(settings), context);
  const places = placesOf(prefix, record.name, record.fullVersion, recordedModulefile(installDir, record.modulefile));
  if (places.installDir !== installDir)
    throw new CtinstallError(
      'not-installed',
      `\`${record.moduleName}\` is installed in \`${installDir}\`, not under the prefix \`${prefix}\``,
      { hint: 'name its prefix with `--prefix <dir>`' },
    );
  const removesUserSoftware = flags.withUserSoftware === true;
  if (flags.yes !== true)
    await confirm(`remove ${record.moduleName}${removesUserSoftware ? ' with all user software' : ''}?`, context);
  const locking = { ...context, waits: flags.wait !== false, forceUnlock: flags.forceUnlock === true };
  await withInstallLock(places, locking, async () => {
    // Another run may have changed it meanwhile, or one that was stopped was put back.
    const current = (await readRecord(installDir))?.record;
    if (current !== undefined) await uninstallFiles(places, current, { removesUserSoftware, signal: context.signal });
    await announceModule(places, context);
  });
  const kept = await hasUserSoftware(installDir);
  if (context.isJson)
    return context.print(
      JSON.stringify({ event: 'uninstalled', moduleName: record.moduleName, userSoftware: kept ? installDir : null }),
    );
  context.print(`removed ${record.moduleName}`);
  if (kept)
    context.reporter.report({
      event: 'note',
      message: `your software stays in ${installDir}; a new install of the module uses it again`,
    });
}

async function confirm(question: string, context: CommandContext): Promise<void> {
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
