#!/usr/bin/env bash
# `npm run bench [-- <row>…]`: how fast ctinstall is, as ratios to plain tools measured in the same run. Sets the machine
# up, builds the tool, and measures as an ordinary user in a temporary directory, which is removed at the end.
#
#   TMPDIR            where that directory is made (/var/tmp): the file system that the install rows measure
#   CT_BENCH_IMAGE    size of the image of the install rows in MiB (2048); three times as much must be free
#   CT_BENCH_SECONDS  after which a measurement of three rounds begins no further one (22), and one of fewer after three times
#                     as many: all of it is to end within 15 minutes
#   CT_BENCH_ROUNDS   per cent of the usual number of rounds (100): more on a noisy machine
# shellcheck disable=SC2317 # functions that a trap and `quietly` call
set -euo pipefail
umask 022
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${here%/*}
bash "$root/testbed/setup.sh"
bash "$root/testbed/prepare-tool.sh"
# shellcheck source=testbed/common.sh
. "$root/testbed/common.sh"
# shellcheck source=testbed/env.sh
. "$root/testbed/env.sh"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/ctinstall-bench.XXXXXX")
clean_up() {
  [ -z "${slurm:-}" ] || as_root bash "$root/testbed/slurm.sh" stop "$slurm" || true
  [ -z "${dropper:-}" ] || kill "$dropper" 2>/dev/null || true
  if mountpoint --quiet "$work/btrfs"; then as_root umount "$work/btrfs" || as_root umount --lazy "$work/btrfs"; fi
  rm -rf "$work"
}
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$work"

# The clone may lie where the unprivileged account cannot read: it gets a copy of what is run
mkdir "$work/tool" "$work/home"
cp -R "$root"/{bench,testbed,dist,bin,easyconfigs,modulefiles,runscripts,sites,package.json} "$work/tool/"
chmod -R u=rwX,go=rX "$work/tool"
[ "$(id -u)" != 0 ] || chown "$CT_USER:" "$work/home"

wants() { # pattern of a row, rows…
  local row
  [ $# -gt 1 ] || return 0
  # shellcheck disable=SC2053 # it is a pattern
  for row in "${@:2}"; do [[ $row != $1 ]] || return 0; done
  return 1
}

# For the rows `broadcast…`: a Slurm whose nodes have a directory each, and that broadcasts by itself, which takes root.
slurm=
if wants 'broadcast*' "$@" && as_root true 2>/dev/null; then
  slurm=$work/slurm
  mkdir "$slurm"
  as_root env PATH="$PATH" bash "$root/testbed/slurm.sh" start "$slurm" "$CT_USER" >/dev/null
fi

# For the row `reflink`: a file system that can clone files. The loop device goes with the mount.
mount_btrfs() {
  local PATH=$PATH:/usr/sbin:/sbin # an ordinary user's has none of them
  truncate --size 5G "$work/btrfs.image" && mkfs.btrfs --quiet "$work/btrfs.image" && mkdir "$work/btrfs" &&
    as_root mount -o loop "$work/btrfs.image" "$work/btrfs" && as_root chown "$CT_USER:" "$work/btrfs"
}
btrfs=
if wants reflink "$@" && quietly "$work/btrfs.log" mount_btrfs; then btrfs=$work/btrfs; fi

# For cold caches, which only root can make: each line asked for is answered when they are empty.
drop_caches() {
  local _
  while true; do
    read -r _ <"$work/drop/ask" || return
    sync
    echo 3 | as_root tee /proc/sys/vm/drop_caches >/dev/null || return
    echo >"$work/drop/answer"
  done
}
drops=
if as_root true 2>/dev/null && [ -e /proc/sys/vm/drop_caches ]; then
  mkdir "$work/drop"
  mkfifo -m 666 "$work/drop/ask" "$work/drop/answer"
  drop_caches &
  dropper=$! drops=$work/drop
fi

status=0
as_user env -i -C "$work/home" HOME="$work/home" USER="$CT_USER" LOGNAME="$CT_USER" SHELL=/bin/bash LANG=C.UTF-8 \
  PATH="$PATH" CT_LMOD_INIT="$CT_LMOD_INIT" CT_IMAGES="$CT_IMAGES" CT_MPICH="$CT_MPICH" CT_BENCH_IMAGE="${CT_BENCH_IMAGE:-2048}" \
  CT_BENCH_ROUNDS="${CT_BENCH_ROUNDS:-100}" CT_BENCH_SECONDS="${CT_BENCH_SECONDS:-22}" ${slurm:+CT_BENCH_SLURM="$slurm"} ${btrfs:+CT_BENCH_BTRFS="$btrfs"} ${drops:+CT_BENCH_DROP_CACHES="$drops"} \
  node "$work/tool/bench/main.js" "$@" || status=$?
exit "$status"
