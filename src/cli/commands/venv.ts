import { CtinstallError } from '../../lib/errors.ts';
import { formatValue } from '../../lib/format.ts';
import {
  type CreateVenvOptions,
  createVenvOf,
  listVenvsOf,
  removeVenvOf,
  type VenvRequest,
} from '../../operations/venv/venv.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { confirm } from '../confirm.ts';
import { printDocument, printEvent } from '../json/print.ts';
import { hintOfActions } from '../words/mistyped-action.ts';

export interface VenvFlags extends Omit<CreateVenvOptions, keyof VenvRequest> {
  readonly yes?: boolean;
}

type Work = (options: VenvFlags & VenvRequest, context: CommandContext) => Promise<void>;

/** `ctinstall venv create|list|remove [module]`. */
export async function venv(
  action: string,
  module: string | undefined,
  flags: VenvFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const work = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (work === undefined)
    throw new CtinstallError('usage', `\`${formatValue(action)}\` is no action of \`ctinstall venv\``, {
      hint: hintOfActions(action, Object.keys(actions), 'the actions are `create`, `list` and `remove`'),
    });
  await work({ ...flags, module, settings }, context);
}

const create: Work = async (options, context) => {
  const { module, name, isNew } = await createVenvOf(options, context);
  tell({ event: 'venv-created', module, name }, isNew ? `created ${name}` : `${name} is there already`, context);
  context.reporter.report({
    event: 'note',
    message: `to use it: CTINSTALL_VENV=${name} and load the module again: module load ${module}`,
  });
};

const list: Work = async (options, { isJson, print, ...context }) => {
  const rows = await listVenvsOf(options, context);
  if (isJson) printDocument('venv list', rows, { print });
  else
    for (const { name, isDefault, isWhole } of rows)
      print(`${formatValue(name)}${isDefault ? '  (default)' : ''}${isWhole ? '' : '  (not whole: it was stopped)'}`);
};

const remove: Work = async ({ yes = false, ...options }, context) => {
  const asking = yes ? {} : { confirm: (question: string) => confirm(question, context) };
  const removed = await removeVenvOf({ ...options, ...asking }, context);
  if (removed === undefined) return;
  const { module, name } = removed;
  tell({ event: 'venv-removed', module, name }, `removed ${name}`, context);
};

const actions: Readonly<Record<string, Work>> = { create, list, remove };

type VenvEvent = { readonly module: string; readonly name: string } & {
  readonly event: 'venv-created' | 'venv-removed';
};

function tell(event: VenvEvent, line: string, { isJson, print }: CommandContext): void {
  if (!isJson) print(line);
  else printEvent(event.event, event, { print });
}
