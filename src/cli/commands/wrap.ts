import type { WrapFlags } from '../../operations/wrap/types.ts';
import { type WrapTold, wrap as wrapAndInstall } from '../../operations/wrap/wrap.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { tellInstall } from '../words/tell-install.ts';

/** `ctinstall wrap <kind> <what>`. */
export async function wrap(
  { kind, what, options }: { kind: string; what: string; options: readonly string[] },
  flags: WrapFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const tell = (told: WrapTold): void => {
    if (context.isJson) return;
    const lines = told.kind === 'packed' ? told.lines.slice(0, 1) : told.text.trimEnd().split('\n');
    for (const line of lines) context.print(line);
  };
  const asked = { kind, what, pipOptions: options, flags, settings };
  await wrapAndInstall({ ...asked, tell, tellInstall: tellInstall(context) }, context);
}
