import { formatBytes } from '../../lib/format.ts';
import type { SquashfsStatus } from '../../operations/squashfs/read-status.ts';
import type { CommandContext } from '../command-context.ts';
import { printDocument } from '../json/print.ts';

/** Says which form of the user software is in use. */
export function printSquashfsStatus(
  { installDir, record, used, packed, directory, kept, quota }: SquashfsStatus,
  context: CommandContext,
): void {
  if (context.isJson) {
    const state = {
      module: record.moduleName,
      installDir,
      used,
      squashfsBytes: packed?.size ?? null,
      hasDirectory: directory?.isDirectory() === true,
      hasDirectoryChanged: kept === 'changed' || kept === 'unknown',
      mayBeOther: kept === 'unknown',
      quota,
    };
    printDocument('squashfs status', state, context);
    return;
  }
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
  const indent = ' '.repeat(4);
  if (kept === 'changed') {
    context.print(`${indent}it has changed since it was packed; to pack it as it is now:`);
    context.print(`${indent}  ctinstall squashfs make ${record.moduleName}`);
  }
  if (kept === 'unknown') {
    context.print(`${indent}all in it is newer than the squashfs file, which may hold what it lacks`);
    context.print(`${indent}to drop that file: ctinstall squashfs make --replace-squashfs ${record.moduleName}`);
    context.print(
      `${indent}to have both: move the directory aside, then ctinstall squashfs unmake ${record.moduleName}`,
    );
  }
  if (quota !== undefined) context.print(`  ${quota.text}`);
}
