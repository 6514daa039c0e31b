import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import { type InstallOptions, install as installAll } from '../../operations/install/install.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { tellInstall } from '../words/tell-install.ts';

export interface InstallFlags extends Omit<InstallOptions, 'easyconfigs' | 'settings' | 'tell' | 'jobs'> {
  readonly jobs?: string;
}

/** `ctinstall install <easyconfig>…`. */
export async function install(
  names: readonly string[],
  flags: InstallFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  checkFlags(names, flags);
  const jobs = readJobs(flags.jobs);
  await installAll({ ...flags, easyconfigs: names, settings, jobs, tell: tellInstall(context) }, context);
}

/** What contradicts itself is refused before anything is read. */
function checkFlags(names: readonly string[], flags: InstallFlags): void {
  const refuse = (message: string, hint: string): never => {
    throw new CtinstallError('usage', message, { hint });
  };
  if (names.length === 0 && flags.stack === undefined)
    refuse('no easyconfig is named', 'name one, or a list of them with `--stack stack.yaml`');
  if (names.length > 0 && flags.stack !== undefined)
    refuse('easyconfigs are named beside a stack', 'put them into the stack, or install them on their own');
  if (flags.image !== undefined && (names.length > 1 || flags.stack !== undefined))
    refuse('`--image` goes with one easyconfig', 'install them one by one, or use `--image-dir <dir>`');
  if (flags.injectChecksums === true && (flags.set !== undefined || flags.tryVersion !== undefined))
    refuse('`--inject-checksums` writes into the easyconfig as it is', 'leave out `--set` and `--try-version`');
}

function readJobs(text = '1'): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new CtinstallError('usage', `\`--jobs ${formatValue(text)}\` is not a number of installs`, {
    hint: 'such as `--jobs 4`',
  });
}
