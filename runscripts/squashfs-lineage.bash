# shellcheck shell=bash disable=SC2034,SC2154
# squashfs-lineage.bash: what became of the directory since it was packed, and whether it and the squashfs hold the same. To
# be sourced by squashfs-common.bash.

# Makes the file $stamp: no change before is later than it, and every change from now on is.
take_stamp() {
  local tries
  if ! rm -f -- "$stamp" || ! touch -- "$stamp" "$stamp.next"; then fail 1 "cannot write in \`$state\`"; fi
  # File systems count time in steps, up to a whole second on Lustre: on to the next one.
  for ((tries = 0; tries < 500; tries++)); do
    [[ ! $stamp.next -nt $stamp ]] || break
    sleep 0.01
    touch -- "$stamp.next"
  done
}

# Whether anything in a directory changed after the time of the file. Of the directory itself only its list of entries
# counts: renaming it is no change.
is_changed_since() { # file, directory
  local found
  found=$(find -H "$2" -mindepth 1 -cnewer "$1" -printf x -quit && find -H "$2" -maxdepth 0 -newer "$1" -printf x)
  # What cannot be read may have changed.
  [[ $? != 0 || $found ]]
}

# Sets $print to what tells the directory from itself after any change in it, whatever the clock said at the time. Of the
# directory itself only its list of entries counts.
take_print() { # directory
  print=$(find -H "$1" -mindepth 1 -printf '%P %i %s %C@\0' | sort -z | cksum) && print=${print// /-}
}

# What ties the directory to a squashfs: the inode of the one, the time of the other. (No device numbers: on NFS these
# differ from node to node.)
lineage_of() { # directory, squashfs
  printf '%s %s\n' "$(stat -L -c %i -- "$1")" "$(stat -L -c %.Y -- "$2")"
}

# Records that a directory holds what a squashfs holds, before one of the two gets its name: what held up to then holds on,
# in case it never gets it. The print is that of the directory while it held the same.
write_lineage() { # directory, squashfs, print
  local lines
  lines=$(
    printf '%s %s\n' "$(lineage_of "$1" "$2")" "$3"
    if [[ -d $directory && -e $squashfs ]] && find_lineage; then printf '%s\n' "$line"; fi
  )
  if ! printf '%s\n' "$lines" >"$lineage.part" || ! mv -fT -- "$lineage.part" "$lineage"; then
    fail 1 "cannot write \`$lineage\`"
  fi
}

# Sets $line to what is recorded of the directory and the squashfs.
find_lineage() {
  local current
  [[ -r $lineage ]] || return 1
  current=$(lineage_of "$directory" "$squashfs")
  while IFS= read -r line; do
    [[ "$line " != "$current "* ]] || return 0
  done <"$lineage"
  return 1
}

# Whether the directory has the print that a line records. (Lines of earlier versions record none.)
has_print() { # line
  local recorded
  read -r _ _ recorded < <(printf '%s\n' "$1")
  [[ $recorded ]] && take_print "$directory" && [[ $print == "$recorded" ]]
}

# Whether the directory is the one that the squashfs was made from, or that was unpacked from it.
is_descended() {
  find_lineage || return 1
  # A new directory can get the inode number of one that was removed, but nothing in it is as old as the squashfs.
  has_print "$line" || [[ $(find -H "$directory" -mindepth 1 ! -cnewer "$squashfs" -printf x -quit) ]]
}

# Whether the directory is so, and holds still what the squashfs holds.
is_unchanged() {
  is_descended || return 1
  case $line in
    *' '*' '*) has_print "$line" ;;
    *) ! is_changed_since "$squashfs" "$directory" ;;
  esac
}

# The expression of find for what is not to be in a squashfs: nothing.
left_out=(-false)

# Whether the squashfs can be listed to its end, and has the very names that the directory has, but for those of $left_out.
# Sets $entries to how many.
holds_the_same() { # squashfs, directory
  local differing
  entries=$(find -H "$2" -mindepth 1 "${left_out[@]}" -prune -o -printf 'x\n' | wc -l) || return 1
  # Names may hold newlines: their parts are sorted alike on both sides.
  differing=$(
    unsquashfs -l -d entry "$1" 2>/dev/null |
      # Old versions say other things first; the list begins with the root.
      { while IFS= read -r line && [[ $line != entry ]]; do :; done; cat; } |
      sort | comm -3 - <(find -H "$2" -mindepth 1 "${left_out[@]}" -prune -o -printf 'entry/%P\n' | sort)
  ) && [[ ! $differing ]]
}
