import { type InstallRecord, readRecords } from '../../apply/record.ts';
import { isFile } from '../../host/files.ts';
import { formatBytes } from '../../lib/format.ts';
import { type HostPath, joinHost } from '../../lib/paths.ts';
import type { SettingsValues } from '../../settings/options.ts';
import { type CommandContext, readSettingsOf } from '../context.ts';

/** Prints what is installed under the prefix; a record that can't be read is named, and the rest shown. */
export async function list(word: string | undefined, flags: SettingsValues, context: CommandContext): Promise<void> {
  const { prefix } = await readSettingsOf(context, flags);
  const all = await readRecords(prefix);
  const rows = await Promise.all(
    all
      .filter(({ installDir, record }) =>
        (record?.moduleName ?? installDir).toLowerCase().includes((word ?? '').toLowerCase()),
      )
      .map(async ({ installDir, record, fault }) => ({
        module: record?.moduleName ?? installDir.split('/').slice(-2).join('/'),
        installDir,
        image: record?.image.file,
        imageSize: record?.image.size,
        hasOwnImage: record === undefined ? undefined : await hasOwnImage(installDir, record),
        installed: record?.installed,
        fault,
      })),
  );
  if (context.isJson) return context.print(JSON.stringify(rows, undefined, 2));
  const width = Math.max(0, ...rows.map(({ module }) => module.length));
  for (const { module, imageSize, installed, hasOwnImage, fault } of rows) {
    if (fault !== undefined) context.reporter.report({ event: 'warning', message: `${module}: ${fault}` });
    else {
      const image = hasOwnImage === true ? `image ${formatBytes(imageSize ?? 0)}` : 'central image';
      context.print(`${module.padEnd(width)}  ${installed?.slice(0, 10) ?? ''}  ${image}`);
    }
  }
  if (rows.length === 0)
    context.reporter.report({
      event: 'note',
      message:
        word === undefined
          ? `nothing is installed under ${prefix}`
          : `nothing installed under ${prefix} matches \`${word}\``,
    });
}

async function hasOwnImage(installDir: HostPath, { image }: InstallRecord): Promise<boolean> {
  return !['central', 'linked'].includes(image.how) && (await isFile(joinHost(installDir, image.file)));
}
