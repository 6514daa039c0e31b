import type { Prefix } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { cleanPrefix, type Leftover } from '../../transaction/clean.ts';
import { type Context, readSettingsOf } from '../context.ts';

export interface CleanOptions {
  /** What counts more than the files of settings. */
  readonly settings: SettingsValues;
  /** Whether it is only found out what there is. */
  readonly dryRun?: boolean;
}

/** Clears what runs that were stopped left under the prefix. */
export async function clean(
  { settings, dryRun = false }: CleanOptions,
  context: Context,
): Promise<{ readonly prefix: Prefix; readonly leftovers: readonly Leftover[] }> {
  const { prefix } = await readSettingsOf(context, settings);
  const { environment, signal } = context;
  return { prefix, leftovers: await cleanPrefix(prefix, environment, { isDryRun: dryRun, signal }) };
}
