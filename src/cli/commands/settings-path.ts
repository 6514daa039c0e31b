import { lstatIfThere } from '../../host/files.ts';
import { settingsPlaces } from '../../settings/files.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** Prints which files settings are read from, weakest first, and which of them is written. */
export async function settingsPath(
  { site: isSite = false }: { site?: boolean },
  context: CommandContext,
): Promise<void> {
  const { siteFile, userFile, presetDirectories } = settingsPlaces(context);
  const rows = [
    ...presetDirectories.toReversed().map((path) => ({ what: 'site presets', path, isWritten: false })),
    { what: 'site', path: siteFile, isWritten: isSite },
    ...(userFile === undefined ? [] : [{ what: 'user', path: userFile, isWritten: !isSite }]),
  ];
  const found = await Promise.all(
    rows.map(async (row) => ({ ...row, isThere: (await lstatIfThere(row.path)) !== undefined })),
  );
  if (context.isJson) return printDocument('settings path', found, context);
  for (const { what, path, isWritten, isThere } of found)
    context.print(
      `${what.padEnd(12)}  ${path}${isThere ? '' : ' (not there)'}${isWritten ? ', which `ctinstall settings set` writes' : ''}`,
    );
}
