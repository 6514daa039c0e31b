/*
 * Names of file systems by the number that statfs gives. Source: linux/magic.h; those of Lustre, GPFS, BeeGFS and others
 * that are not part of Linux: coreutils src/stat.c.
 */
const names: Readonly<Record<number, string>> = {
  198183888: 'Lustre',
  1196443219: 'GPFS',
  428016422: 'BeeGFS',
  26985: 'NFS',
  12805120: 'Ceph',
  2866260714: 'Panasas',
  537068840: 'OrangeFS',
  1397113167: 'AFS',
  1799439955: 'AFS',
  1702057286: 'FUSE',
  4283649346: 'CIFS',
  4266872130: 'SMB',
  16914839: '9p',
  61267: 'ext4',
  1481003842: 'XFS',
  2435016766: 'Btrfs',
  801189825: 'ZFS',
  4076150800: 'F2FS',
  3393526350: 'bcachefs',
  16914836: 'tmpfs',
  2240043254: 'ramfs',
  2035054128: 'overlay',
  1936814952: 'squashfs',
  3774210530: 'EROFS',
  391: 'autofs',
};

/** File systems that many nodes share: what lies there is seen on each of them. */
const shared = new Set(['Lustre', 'GPFS', 'BeeGFS', 'NFS', 'Ceph', 'Panasas', 'OrangeFS', 'AFS', 'CIFS', 'SMB']);
const inMemory = new Set(['tmpfs', 'ramfs']);

/** `Lustre`; a type that is not in the list comes as its number. */
export function fileSystemName(type: number): string {
  return names[type] ?? `file system 0x${type.toString(16)}`;
}

export function isSharedFileSystem(type: number): boolean {
  return shared.has(names[type] ?? '');
}

/** Whether what lies there is gone when the machine starts again. */
export function isFileSystemInMemory(type: number): boolean {
  return inMemory.has(names[type] ?? '');
}
