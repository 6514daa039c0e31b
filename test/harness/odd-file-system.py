#!/usr/bin/python3
"""A file system that shows another directory, and answers as odd ones do.

Usage: odd-file-system.py <directory to show> <mount point> [fault...]

  chmod=EPERM        as where only access lists say who may do what (GPFS, NFSv4, CIFS)
  fsync=EINVAL       or ENOTSUP
  symlink=EPERM      no symbolic links
  statfs=nothing     no sizes are told
  rename=keeps       what is there is not replaced: EEXIST
  speed=slow         a megabyte is read or written in a second
"""

import errno
import os
import sys
import time

from fusepy import FUSE, FuseOSError, Operations


class OddFileSystem(Operations):
    def __init__(self, root, faults):
        self.root = root
        self.faults = dict(fault.split("=") for fault in faults)

    def refuse(self, call):
        if call in self.faults:
            raise FuseOSError(getattr(errno, self.faults[call]))

    def dawdle(self, size):
        if "speed" in self.faults:
            time.sleep(size / 1_000_000)

    def real(self, path):
        return self.root + path

    def __call__(self, operation, *args):
        try:
            return getattr(self, operation)(*args)
        except OSError as error:
            raise FuseOSError(error.errno) from None

    def getattr(self, path, handle=None):
        found = os.lstat(self.real(path))
        names = ("st_atime", "st_ctime", "st_mtime", "st_gid", "st_uid", "st_mode", "st_nlink", "st_size", "st_ino", "st_blocks")
        return {name: getattr(found, name) for name in names}

    def readdir(self, path, handle):
        return [".", "..", *os.listdir(self.real(path))]

    def access(self, path, mode):
        if not os.access(self.real(path), mode):
            raise FuseOSError(errno.EACCES)

    def chmod(self, path, mode):
        self.refuse("chmod")
        os.chmod(self.real(path), mode)

    def chown(self, path, uid, gid):
        os.lchown(self.real(path), uid, gid)

    def utimens(self, path, times=None):
        os.utime(self.real(path), times, follow_symlinks=False)

    def readlink(self, path):
        return os.readlink(self.real(path))

    def symlink(self, path, target):
        self.refuse("symlink")
        os.symlink(target, self.real(path))

    def link(self, path, source):
        os.link(self.real(source), self.real(path))

    def mkdir(self, path, mode):
        os.mkdir(self.real(path), mode)

    def rmdir(self, path):
        os.rmdir(self.real(path))

    def unlink(self, path):
        os.unlink(self.real(path))

    def rename(self, old, new):
        if "rename" in self.faults and os.path.lexists(self.real(new)):
            raise FuseOSError(errno.EEXIST)
        os.rename(self.real(old), self.real(new))

    def statfs(self, path):
        found = os.statvfs(self.real(path))
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_frsize", "f_namemax")
        sizes = {name: getattr(found, name) for name in names}
        if "statfs" in self.faults:
            sizes.update(f_bavail=0, f_bfree=0, f_blocks=0, f_files=0, f_ffree=0, f_favail=0)
        return sizes

    def create(self, path, mode, info=None):
        return os.open(self.real(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def open(self, path, flags):
        return os.open(self.real(path), flags & ~(os.O_APPEND | os.O_CREAT | os.O_EXCL))

    def read(self, path, size, offset, handle):
        self.dawdle(size)
        return os.pread(handle, size, offset)

    def write(self, path, data, offset, handle):
        self.dawdle(len(data))
        return os.pwrite(handle, data, offset)

    def truncate(self, path, length, handle=None):
        os.truncate(self.real(path), length)

    def fsync(self, path, datasync, handle):
        self.refuse("fsync")

    def fsyncdir(self, path, datasync, handle):
        self.refuse("fsync")

    def flush(self, path, handle):
        pass

    def release(self, path, handle):
        os.close(handle)


if __name__ == "__main__":
    root, place, *faults = sys.argv[1:]
    os.umask(0)  # the kernel has done it
    FUSE(OddFileSystem(root, faults), place, foreground=True, nothreads=True, use_ino=True, default_permissions=True)
