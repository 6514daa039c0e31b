import { type InstallRecord, readRecords } from '../../apply/record.ts';
import { readFileStates } from '../../host/many-files.ts';
import { formatBytes } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';

/** Prints what is installed under the prefix; a record that can't be read is named, and the rest shown. */
export async function list(word: string | undefined, flags: SettingsValues, context: CommandContext): Promise<void> {
  const { prefix } = await readSettingsOf(context, flags);
  const wanted = (await readRecords(prefix)).filter(({ installDir, record }) =>
    (record?.moduleName ?? installDir).toLowerCase().includes((word ?? '').toLowerCase()),
  );
  const images = await readFileStates(
    wanted.map(({ installDir, record }) => joinHost(installDir, record?.image.file ?? '')),
    context.signal,
  );
  const rows = wanted.map(({ installDir, record, fault }, at) => ({
    module: record?.moduleName ?? installDir.split('/').slice(-2).join('/'),
    installDir,
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
    .map(({ module, imageSize, installed, hasOwnImage }) => {
      const image = hasOwnImage === true ? `image ${formatBytes(imageSize ?? 0)}` : 'central image';
      return `${module.padEnd(width)}  ${installed?.slice(0, 10) ?? ''}  ${image}`;
    });
  if (lines.length > 0) context.print(lines.join('\n'));
  if (rows.length === 0)
    context.reporter.report({
      event: 'note',
      message:
        word === undefined
          ? `nothing is installed under ${prefix}`
          : `nothing installed under ${prefix} matches \`${word}\``,
    });
}

function mayHaveOwnImage({ image }: InstallRecord): boolean {
  return !['central', 'linked'].includes(image.how);
}
