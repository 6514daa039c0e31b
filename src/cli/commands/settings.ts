import type { SettingsValues } from '../../settings/options.ts';
import { type OptionKey, optionKeys, optionTable } from '../../settings/options.ts';
import type { Settings } from '../../settings/types.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';

/** Prints each setting that holds here with where it came from. */
export async function settings(flags: SettingsValues, context: CommandContext): Promise<void> {
  const folded = await readSettingsOf(context, flags);
  if (context.isJson) {
    const rows = optionKeys.map((key) => [
      key,
      { value: settingValue(folded, key) ?? null, origins: folded.origins[key] },
    ]);
    return context.print(JSON.stringify(Object.fromEntries(rows), undefined, 2));
  }
  for (const key of optionKeys) {
    context.print(`# ${optionTable[key].help} [${folded.origins[key].join(', ')}]`);
    context.print(`${key}: ${JSON.stringify(settingValue(folded, key) ?? null)}`);
  }
}

function settingValue(folded: Settings, key: OptionKey): unknown {
  switch (key) {
    case 'image_dirs':
      return folded.imageDirs;
    case 'enforce_checksums':
      return folded.enforceChecksums;
    case 'verify':
      return folded.requiresSignature ? 'signed' : 'none';
    case 'image_mode':
      return folded.imageMode;
    case 'squashfs_processors':
      return folded.squashfsProcessors;
    case 'bind_groups':
      return folded.bindGroups;
    default:
      return folded[key];
  }
}
