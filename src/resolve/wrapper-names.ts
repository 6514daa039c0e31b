import { scriptPattern } from '../easyconfig/rules.ts';

/** Bash's, and those of every POSIX shell. */
const ofTheShell = new Set(
  `alias bg bind break builtin caller case cd command compgen complete compopt continue coproc declare dirs disown do done
  echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash help history if in jobs kill let
  local logout mapfile popd printf pushd pwd read readarray readonly return select set shift shopt source suspend test then
  time times trap true type typeset ulimit umask unalias unset until wait while`.split(/\s+/),
);

/** What scripts count on: POSIX's utilities that are files, coreutils, and how one becomes another user or gets elsewhere. */
const ofTheSystem = new Set(
  `arch at awk b2sum base64 basename batch bc bunzip2 bzip2 cat chgrp chmod chown chroot cksum cmp comm cp cpio crontab csplit
  curl cut date dd df diff dir dirname dmesg du ed egrep ex expand expr factor fgrep file find flock fmt fold free fuser
  getconf getent grep groups gunzip gzip head hostid hostname iconv id install ionice ip join kmod ldd less link ln locale
  login logname ls lsblk lsof make man md5sum mkdir mkfifo mknod mktemp more mount mv newgrp nice nl nohup nproc numfmt od
  passwd paste patch pathchk ping pkill pgrep pr printenv ps readlink realpath renice rm rmdir rsync scp sed seq setsid
  sha1sum sha256sum sha512sum shred shuf sleep sort split ssh stat stdbuf strings stty su sudo sum sync tac tail tar tee
  timeout top touch tr truncate tsort tty umount uname unexpand uniq unlink unzip uptime users vdir vi wc wget which who
  whoami xargs xz yes zcat zip`.split(/\s+/),
);

export interface JudgedNames {
  /** Programs that get no wrapper: why, and their names. */
  readonly refused: readonly { readonly why: string; readonly names: readonly string[] }[];
  /** Wrappers that the shell's own of that name come before. */
  readonly behindShell: readonly string[];
  /** Wrappers that come before the system's own programs of that name. */
  readonly beforeSystem: readonly string[];
}

/**
 * Which programs of an image can have wrappers, and what those hide or are hidden by.
 * @param never names that no wrapper may have
 */
export function judgeNames(names: readonly string[], never: readonly string[]): JudgedNames {
  const odd = names.filter((name) => !scriptPattern.test(name));
  const others = names.filter((name) => scriptPattern.test(name) && never.includes(name));
  const made = names.filter((name) => !odd.includes(name) && !others.includes(name));
  return {
    refused: [
      { why: 'the name of a wrapper is made of letters, digits and `.`, `_`, `+`, `-`', names: odd },
      { why: 'scripts of the host would run it in place of their own', names: others },
    ],
    behindShell: made.filter((name) => ofTheShell.has(name)),
    beforeSystem: made.filter((name) => ofTheSystem.has(name)),
  };
}
