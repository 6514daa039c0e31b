import { CtinstallError } from '../../lib/errors.ts';
import type { AskedDraft } from '../../operations/install/draft-image.ts';
import type { CommandContext } from '../command-context.ts';
import { askOnTerminal, isTerminal } from '../confirm.ts';

/** Asks whether a draft is to be installed. @throws CtinstallError `usage` where there is no terminal to ask on */
export async function agreeToDraft({ easyconfig, command }: AskedDraft, context: CommandContext): Promise<boolean> {
  if (!isTerminal())
    throw new CtinstallError('usage', `nothing was installed: nobody can be asked whether \`${easyconfig}\` is right`, {
      hint: `look at it, then: ${command} (or \`--yes\`, which installs drafts without a question)`,
    });
  if (await askOnTerminal('install it?', context)) return true;
  context.reporter.report({ event: 'note', message: `nothing was installed; to go on: ${command}` });
  return false;
}
