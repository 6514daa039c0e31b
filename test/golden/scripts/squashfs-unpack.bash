# shellcheck shell=bash disable=SC2154
# squashfs-unpack.bash: unpacks a squashfs beside it. To be sourced by unmake-squashfs and update-squashfs, after
# squashfs-common.bash.

# Unpacks the squashfs into $unpack, and checks that all of it is there.
unpack() {
  local options
  choose_processors
  options=(-no-xattrs -processors "$processors")
  if [[ $(unsquashfs -help 2>&1) == *'-q[uiet]'* ]]; then options+=(-quiet); fi
  if [[ ! $shows_progress ]]; then options+=(-no-progress); fi

  run_tool unsquashfs "${options[@]}" -d "$unpack" "$squashfs"
  # Up to version 4.4 it ends with 0 when a file could not be written; all versions say so.
  if { ((status != 0)) || [[ $said ]]; } && ! lacks_only_modes; then
    fail_of_tool unsquashfs "\`$squashfs\` could not be unpacked whole, and is as it was"
  fi
  holds_the_same "$squashfs" "$unpack" || fail 1 "what was unpacked is not all that \`$squashfs\` holds, and was dropped"
  # In a directory of a project, all that is made belongs to the project's group; unsquashfs takes off what does that.
  if [[ -g $install_dir ]] && ((EUID != 0)); then find "$unpack" -type d -exec chmod g+s {} +; fi
  flush "$unpack" --file-system || fail 1 "what was unpacked could not be written to the disk; \`$squashfs\` is as it was"
}

# Whether all that unsquashfs complained of is modes, on a file system that takes none.
lacks_only_modes() {
  local line
  # 1 is for what is fatal, and so is a signal.
  ((status == 0 || status == 2)) && [[ $said ]] || return 1
  while IFS= read -r line; do
    [[ $line == *'failed to change mode'*'Operation not permitted'* || ! ${line//[[:space:]]/} ]] || return 1
  done < <(printf '%s\n' "$said")
}
