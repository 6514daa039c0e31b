import { CtinstallError } from '../../lib/errors.ts';
import { readStatus } from '../../operations/squashfs/read-status.ts';
import { squashfs as runSquashfs, type SquashfsOptions } from '../../operations/squashfs/squashfs.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printEvent } from '../json/print.ts';
import { hintOfActions, orMistypedAction } from '../words/mistyped-action.ts';
import { printSquashfsStatus } from '../words/print-squashfs-status.ts';

const actions = ['make', 'unmake', 'update', 'status'] as const;
type Action = (typeof actions)[number];
const otherWords: Readonly<Record<string, Action>> = { pack: 'make', unpack: 'unmake' };

/** `ctinstall squashfs [make|unmake|update|status] [module]`; a first word that is no action is the module. */
export async function squashfs(
  typed: string | undefined,
  second: string | undefined,
  options: SquashfsOptions,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const first = typed !== undefined && Object.hasOwn(otherWords, typed) ? otherWords[typed] : typed;
  const action: Action = isAction(first) ? first : 'make';
  const module = isAction(first) ? second : first;
  if (!isAction(first) && second !== undefined)
    throw new CtinstallError('usage', `\`${first}\` is no action of \`ctinstall squashfs\``, {
      hint: hintOfActions(first ?? '', actions, 'the actions are `make`, `unmake`, `update` and `status`'),
    });
  const argv = commandOf(action, context);
  if (action === 'status') return printSquashfsStatus(await readStatus({ module, settings }, context), context);
  const command = argv && { argv, output: context.isJson ? ('stderr' as const) : ('stdout' as const) };
  const named = { command: 'squashfs', word: isAction(first) ? undefined : first, actions };
  const done = await orMistypedAction(named, () =>
    runSquashfs({ action, module, options, settings, command }, context),
  );
  const { lines, measured, slurmJob, quota } = done;
  if (context.isJson)
    printEvent(
      'squashfs',
      { event: 'squashfs', action, module: done.module, ...measured, slurmJob, quota, lines },
      context,
    );
  else for (const line of [...lines, ...(quota === undefined ? [] : [quota.text])]) context.print(line);
}

function isAction(word: string | undefined): word is Action {
  return actions.some((action) => action === word);
}

/** @throws CtinstallError `usage` where there is a command that is not wanted, or none that is */
function commandOf(action: Action, { commandToRun }: CommandContext): readonly string[] | undefined {
  if (action !== 'update' && commandToRun !== undefined)
    throw new CtinstallError('usage', `\`ctinstall squashfs ${action}\` runs no command`, {
      hint: 'to change what is packed: `ctinstall squashfs update [module] -- command…`',
    });
  if (action === 'update' && (commandToRun ?? []).length === 0)
    throw new CtinstallError('usage', 'there is no command to run', {
      hint: 'give it after `--`: `ctinstall squashfs update PyTorch -- pip install lightning`',
    });
  return commandToRun;
}
