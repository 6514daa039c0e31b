import { relative } from 'node:path';
import { formatCommand } from '../../lib/format.ts';
import { newEasyconfig as makeEasyconfig, type NewOptions } from '../../operations/new/new-easyconfig.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** `ctinstall new <image>`. */
export async function newEasyconfig(
  image: string,
  flags: Omit<NewOptions, 'image' | 'settings'>,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { path, text, draft } = await makeEasyconfig({ ...flags, image, settings }, context);
  if (context.isJson) return printDocument('new', { easyconfig: path ?? null, text, ...draft }, context);
  context.print(path ?? text.trimEnd());
  if (path === undefined) return;
  context.reporter.report({
    event: 'note',
    message: `edit it, then: ctinstall check --easyconfig ${formatCommand([relative(context.cwd, path)])}`,
  });
}
