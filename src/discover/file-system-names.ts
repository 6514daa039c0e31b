/*
 * Names of file systems by the number that statfs gives. Source: linux/magic.h; those of Lustre, GPFS, BeeGFS and others
 * that are not part of Linux: coreutils src/stat.c.
 */
const names: Readonly<Record<number, string>> = {
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
  0x19830326: 'BeeGFS',
  0x00006969: 'NFS',
  0x00c36400: 'Ceph',
  0xaad7aaea: 'Panasas',
  0x20030528: 'OrangeFS',
  0x5346414f: 'AFS',
  0x6b414653: 'AFS',
  0x65735546: 'FUSE',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x01021997: '9p',
  0x0000ef53: 'ext4',
  0x58465342: 'XFS',
  0x9123683e: 'Btrfs',
  0x2fc12fc1: 'ZFS',
  0xf2f52010: 'F2FS',
  0xca451a4e: 'bcachefs',
  0x01021994: 'tmpfs',
  0x858458f6: 'ramfs',
  0x794c7630: 'overlay',
  0x73717368: 'squashfs',
  0xe0f5e1e2: 'EROFS',
  0x00000187: 'autofs',
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
