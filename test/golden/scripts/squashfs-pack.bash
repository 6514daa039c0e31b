# shellcheck shell=bash disable=SC2034,SC2154
# squashfs-pack.bash: packs a directory into a squashfs, and puts that in place. To be sourced by make-squashfs and
# update-squashfs, after squashfs-common.bash and squashfs-contents.bash.

# Packs a directory into $part, and checks that all of it is there that is to be.
pack() { # directory
  local source=$1 options magic='' mask pattern
  # A symbolic link would be packed as one.
  if [[ -L $source ]]; then source=$source/.; fi
  choose_processors
  choose_compression
  # Without -exit-on-error an unreadable file would be packed as an empty one.
  options=(-noappend -exit-on-error -no-xattrs -b 128K -processors "$processors" "${compression[@]}")
  if [[ $reproducible ]]; then options+=("${reproducibly[@]}"); fi
  if can_pack_with -quiet; then options+=(-quiet); fi
  if [[ ! $shows_progress ]]; then options+=(-no-progress); fi
  if ((${#excludes[@]} > 0)); then
    options+=(-wildcards -e)
    for pattern in "${excludes[@]}"; do options+=("... $pattern"); done
  fi

  # For nobody else to read before it gets the mode of the directory.
  mask=$(umask)
  umask 077
  run_tool mksquashfs "$source" "$part" "${options[@]}" || fail_of_tool mksquashfs "\`$1\` could not be packed, and is as it was"
  umask "$mask"
  # mksquashfs writes the start of the file last.
  IFS= read -r -N 4 magic <"$part"
  if [[ $magic != hsqs ]] || ! holds_the_same "$part" "$1"; then
    fail 1 "the packed form does not hold what \`$1\` holds, and was dropped" \
      "if something writes in the directory, run ${0##*/} again when it is done"
  fi
}

# Gives the checked $part, packed from a directory of that print, its name. Up to the rename an earlier squashfs is untouched.
publish_squashfs() { # directory, print
  choose_mode "$1"
  if ! set_mode "$mode" "$part" ||
    # As old as the start of packing: what changed later in the directory is newer.
    ! touch -r "$stamp" -- "$part" || ! flush "$part"; then
    fail 1 "the packed form of \`$1\` could not be written to the disk"
  fi
  write_lineage "$1" "$part" "$2"
  mv -fT -- "$part" "$squashfs" || fail 1 "\`$squashfs\` could not be put in place; \`$1\` is as it was"
  flush "$install_dir" || fail 1 "\`$squashfs\` could not be written to the disk; \`$1\` is as it was"
}

# Sets $mode for the packed form of a directory: nobody may read it who may not read each file in there.
choose_mode() { # directory
  local private=''
  mode=$((8#$(stat -L -c %a -- "$1") & 0664))
  if ((mode & 040)); then private=$(list_private "$1" g); fi
  if [[ $private ]]; then
    mode=$((mode & 0600))
    warn "your group may not read all that was packed: $private; so the squashfs is for you alone" \
      "to share it: chmod -R g+rX $(quote "$1"), and pack again"
  fi
  private=
  if ((mode & 4)); then private=$(list_private "$1" o); fi
  if [[ $private ]]; then
    mode=$((mode & 0660))
    warn "others may not read all that was packed: $private; so the squashfs is for you and your group" \
      "to share it: chmod -R o+rX $(quote "$1"), and pack again"
  fi
  mode=$(printf '%o' "$mode")
}

# Prints what of a directory is not for the group of $part, or not for others.
list_private() { # directory, g or o
  local file=(! -perm "-$2=r") tree=(! -perm "-$2=rx") elsewhere
  if [[ $2 == g ]]; then
    # To this group, what belongs to another one is as for others.
    elsewhere=(! -gid "$(stat -c %g -- "$part")")
    file=('(' "${file[@]}" -o "${elsewhere[@]}" ! -perm -o=r ')')
    tree=('(' "${tree[@]}" -o "${elsewhere[@]}" ! -perm -o=rx ')')
  fi
  find -H "$1" -mindepth 1 "${left_out[@]}" -prune -o '(' -type f "${file[@]}" -o -type d "${tree[@]}" ')' -printf '%P\0' |
    count_names
}

# Whether anything in a directory of that print changed since $stamp was taken. The print tells it whatever the clock does,
# but not where the clock counts in long steps; the times tell just that, unless the clock was set back before, so that all
# seems newer: $times_tell is empty then.
is_changed_since_packing() { # directory, print
  [[ $times_tell ]] && is_changed_since "$stamp" "$1" || ! take_print "$1" || [[ $print != "$2" ]]
}

# Begins to watch a directory for changes: sets $packed_print and $times_tell, and takes $stamp.
watch_changes() { # directory
  take_stamp
  take_print "$1" || fail 1 "\`$1\` cannot be read whole" 'what is named above must be readable for you'
  packed_print=$print
  times_tell=yes
  if is_changed_since "$stamp" "$1"; then times_tell=; fi
}

# zstd packs several times as fast as gzip at about the same size; the tool and the kernel must both know it.
choose_compression() {
  local zstd=(-comp zstd -Xcompression-level 3)
  case ${CTINSTALL_SQUASHFS_COMPRESSION-} in
    gzip) compression=(-comp gzip) ;;
    zstd) compression=("${zstd[@]}") ;;
    '')
      compression=(-comp gzip)
      if kernel_knows_zstd && can_pack_with "${zstd[@]}"; then compression=("${zstd[@]}"); fi
      ;;
    *) fail 2 "CTINSTALL_SQUASHFS_COMPRESSION is \`$CTINSTALL_SQUASHFS_COMPRESSION\`" "it can be \`gzip\` or \`zstd\`" ;;
  esac
}

# Squashfs knows zstd from Linux 4.14 on, unless that was left out when the kernel was built.
kernel_knows_zstd() {
  local release major minor configuration
  release=$(uname -r)
  IFS=.-+ read -r major minor _ < <(printf '%s\n' "$release")
  if ((major < 4 || (major == 4 && minor < 14))); then return 1; fi
  configuration=$({ cat "/boot/config-$release" || zcat /proc/config.gz; } 2>/dev/null)
  [[ $configuration != *'CONFIG_SQUASHFS_ZSTD is not set'* ]]
}

# Whether this mksquashfs takes the options, tried on an empty directory: its versions list theirs in different ways.
can_pack_with() {
  local answer=1
  if mkdir -- "$trial" && mksquashfs "$trial" "$part" -noappend -no-progress "$@" >/dev/null 2>&1; then answer=0; fi
  rm -rf -- "$trial" "$part"
  return "$answer"
}
