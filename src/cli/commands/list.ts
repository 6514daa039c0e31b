import { readFileStates } from '../../host/many-files.ts';
import { formatBytes } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import { readSettingsOf } from '../../operations/context.ts';
import { findHidden, type PlacedRecord, prefixesOf, readAllRecords } from '../../operations/installed/all-prefixes.ts';
import { reportStopped } from '../../operations/installed/report-stopped.ts';
import type { InstallRecord } from '../../records/record.ts';
import type { SettingsValues } from '../../settings/options.ts';
import type { CommandContext } from '../command-context.ts';

/** Prints what is installed under all prefixes; a record that can't be read is named, and the rest shown. */
export async function list(word: string | undefined, flags: SettingsValues, context: CommandContext): Promise<void> {
  const prefixes = prefixesOf(await readSettingsOf(context, flags));
  const records = await readAllRecords(prefixes, context);
  await reportStopped(prefixes, context);
  const hidden = findHidden(records, prefixes, context.environment.MODULEPATH);
  const wanted = records.filter(({ installDir, record }) =>
    (record?.moduleName ?? installDir).toLowerCase().includes((word ?? '').toLowerCase()),
  );
  if (prefixes.length > 1) wanted.sort((a, b) => compareNames(nameOf(a), nameOf(b)));
  const images = await readFileStates(
    wanted.map(({ installDir, record }) => joinHost(installDir, record?.image.file ?? '')),
    context.signal,
  );
  const rows = wanted.map(({ prefix, installDir, record, fault }, at) => ({
    module: nameOf({ installDir, record }),
    prefix,
    installDir,
    hiddenBy: hidden.get(installDir),
    image: record?.image.file,
    imageSize: record?.image.size,
    hasOwnImage: record && mayHaveOwnImage(record) && images[at]?.isFile === true,
    installed: record?.installed,
    fault,
  }));
  for (const { module, fault } of rows)
    if (fault !== undefined) context.reporter.report({ event: 'warning', message: `${module}: ${fault}` });
  if (context.isJson) return context.print(JSON.stringify(rows, undefined, 2));
  const width = Math.max(...rows.map(({ module }) => module.length));
  const lines = rows
    .filter(({ fault }) => fault === undefined)
    .map(({ module, prefix, hiddenBy, imageSize, installed, hasOwnImage }) => {
      const image = hasOwnImage === true ? `image ${formatBytes(imageSize ?? 0)}` : 'central image';
      const where = prefix === prefixes[0] ? '' : `  in ${prefix}`;
      const note = hiddenBy === undefined ? '' : `, hidden by the module of that name in ${hiddenBy}`;
      return `${module.padEnd(width)}  ${installed?.slice(0, 10) ?? ''}  ${image}${where}${note}`;
    });
  if (lines.length > 0) context.print(lines.join('\n'));
  if (rows.length === 0)
    context.reporter.report({
      event: 'note',
      message:
        word === undefined
          ? `nothing is installed under ${prefixes.join(' or ')}`
          : `nothing installed under ${prefixes.join(' or ')} matches \`${word}\``,
    });
}

/** The module name, or where its record lies if that cannot be read. */
function nameOf({ installDir, record }: Pick<PlacedRecord, 'installDir' | 'record'>): string {
  return record?.moduleName ?? installDir.split('/').slice(-2).join('/');
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mayHaveOwnImage({ image }: InstallRecord): boolean {
  return !['central', 'linked'].includes(image.how);
}
