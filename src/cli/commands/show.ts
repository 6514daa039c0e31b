import { show as look, type ShowOptions } from '../../operations/show/show.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printShown } from '../words/print-shown.ts';

/** `ctinstall show <module, easyconfig or image>`. */
export async function show(
  thing: string,
  flags: Omit<ShowOptions, 'thing' | 'settings'>,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const shown = await look({ ...flags, thing, settings }, context);
  if (shown.kind === 'easyconfig' && flags.modulefile === true && !context.isJson)
    return context.print((await shown.renderText()).trimEnd());
  await printShown(shown, context);
}
