import { formatLine } from '../../../lib/format.ts';
import { previewWorkflow } from '../../../operations/workflow/preview.ts';
import { type StartOptions, startWorkflow } from '../../../operations/workflow/start.ts';
import type { SettingsValues } from '../../../settings/options.ts';
import type { CommandContext } from '../../command-context.ts';
import { printDocument } from '../../json/print.ts';
import { followRun, type WatchFlags } from './follow.ts';

interface StartFlags extends Omit<StartOptions, 'settings' | 'tell'>, WatchFlags {
  readonly dryRun?: boolean;
}

/** `ctinstall workflow start <fuzzfile>`. */
export async function start(
  file: string,
  flags: StartFlags,
  settings: SettingsValues,
  context: CommandContext,
): Promise<void> {
  const { print, isJson, reporter } = context;
  const tell = (message: string): void => reporter.report({ event: 'note', message });
  const options = { ...flags, settings, tell };
  if (flags.dryRun === true) {
    const files = await previewWorkflow(file, options, context);
    if (isJson) printDocument('workflow start --dry-run', files, context);
    else for (const { path, text } of files) print(`==> ${formatLine(path)} <==\n${text}`);
    return;
  }
  const found = await startWorkflow(file, options, context);
  await followRun(found, flags, context);
}
