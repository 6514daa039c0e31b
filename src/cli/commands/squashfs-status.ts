import { statIfThere } from '../../host/files.ts';
import { formatBytes } from '../../lib/format.ts';
import { joinHost } from '../../lib/paths.ts';
import type { CommandContext } from '../../operations/context.ts';
import type { Installed } from '../../operations/installed/find-installed.ts';
import { tellFileQuota } from './squashfs-quota.ts';

/** Says which form of the user software is in use. */
export async function printStatus({ installDir, record }: Installed, context: CommandContext): Promise<void> {
  const packed = await statIfThere(joinHost(installDir, 'user-software.squashfs'));
  const directory = await statIfThere(joinHost(installDir, 'user-software'));
  const used = packed?.isFile() === true ? 'squashfs' : directory?.isDirectory() === true ? 'directory' : 'nothing';
  const quota = await tellFileQuota(installDir, context);
  if (context.isJson)
    return context.print(
      JSON.stringify(
        {
          module: record.moduleName,
          installDir,
          used,
          squashfsBytes: packed?.size ?? null,
          hasDirectory: directory?.isDirectory() === true,
          quota,
        },
        undefined,
        2,
      ),
    );
  context.print(
    `${record.moduleName}: ${record.userSoftware} is ${{ squashfs: 'the squashfs file', directory: 'the directory', nothing: 'not there' }[used]}`,
  );
  if (packed?.isFile() === true)
    context.print(
      `  user-software.squashfs  ${formatBytes(packed.size)}, packed ${packed.mtime.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    );
  if (directory?.isDirectory() === true)
    context.print(
      `  user-software/          ${used === 'squashfs' ? 'kept, but not used while the squashfs file is there' : 'in use'}`,
    );
  if (quota !== undefined) context.print(`  ${quota.text}`);
}
