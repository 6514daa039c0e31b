import { CtinstallError } from '../../lib/errors.ts';
import { formatCommand, formatValue } from '../../lib/format.ts';
import { nearestWords } from '../../lib/near.ts';
import type { AskedDraft } from '../../operations/install/draft-image.ts';
import { type InstallOptions, install as installAll } from '../../operations/install/install.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { agreeToDraft } from '../words/agree-to-draft.ts';
import { tellInstall } from '../words/tell-install.ts';

export interface InstallFlags
  extends Omit<InstallOptions, 'easyconfigs' | 'settings' | 'tell' | 'jobs' | 'confirmDraft'> {
  readonly jobs?: string;
  readonly yes?: boolean;
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
  const confirmDraft = flags.yes === true ? undefined : (draft: AskedDraft) => agreeToDraft(draft, context);
  await installAll(
    { ...flags, easyconfigs: names, settings, jobs, confirmDraft, tell: tellInstall(context) },
    context,
  ).catch((error: unknown) => {
    throw asMisspelt(names, error, context);
  });
}

/** `unistall mpi4py`: no two easyconfigs are missing, but a command. */
function asMisspelt(
  [first = '', ...rest]: readonly string[],
  error: unknown,
  { commandNames }: CommandContext,
): unknown {
  const isMissing = (line: string): boolean => line.trimStart().startsWith(`${first}: no easyconfig`);
  const [near] = nearestWords(first, commandNames, 1);
  if (!(error instanceof CtinstallError) || near === undefined || rest.length === 0 || !error.details.some(isMissing))
    return error;
  return new CtinstallError('usage', `there is no command \`${formatValue(first)}\``, {
    hint: `did you mean \`${formatCommand(['ctinstall', near, ...rest])}\`?`,
  });
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
  const images = names.filter((name) => /^[a-z-]+:\/\/|\.sif$/.test(name));
  if (flags.image !== undefined && images.length > 0)
    refuse('`--image` goes with an easyconfig, and this is an image itself', 'name one of them');
  if (flags.image !== undefined && (names.length > 1 || flags.stack !== undefined))
    refuse('`--image` goes with one easyconfig', 'install them one by one, or use `--image-dir <dir>`');
  if (flags.adopt !== undefined && (names.length > 1 || flags.stack !== undefined))
    refuse('`--adopt` goes with one easyconfig', 'install them one by one');
  const installsNothing = flags.fetch !== undefined || flags.moduleOnly === true || flags.injectChecksums === true;
  if (flags.adopt !== undefined && installsNothing)
    refuse(
      '`--adopt` goes with an install',
      'leave out `--fetch`, `--module-only` and `--inject-checksums`, or `--adopt`',
    );
  if (flags.injectChecksums === true && (flags.set !== undefined || flags.tryVersion !== undefined))
    refuse('`--inject-checksums` writes into the easyconfig as it is', 'leave out `--set` and `--try-version`');
}

function readJobs(text = '1'): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new CtinstallError('usage', `\`--jobs ${formatValue(text)}\` is not a number of installs`, {
    hint: 'such as `--jobs 4`',
  });
}
