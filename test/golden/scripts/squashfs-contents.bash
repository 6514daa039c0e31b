# shellcheck shell=bash disable=SC2034,SC2154
# squashfs-contents.bash: what of a directory goes into a squashfs, what is lost or changed by it, and what that saves. To be
# sourced by make-squashfs and update-squashfs, after squashfs-common.bash.

# Patterns of the names of what is left out, separated by `:`, where nobody says.
default_excludes=''  # filled in by ctinstall

IFS=: read -r -a excludes < <(printf '%s\n' "${CTINSTALL_SQUASHFS_EXCLUDES-$default_excludes}")
excludes_from=CTINSTALL_SQUASHFS_EXCLUDES
reproducible=
# Times of files are kept: Python would take what it has compiled for outdated without them.
reproducibly=(-mkfs-time 0 -all-root)

# Options of all that pack; sets $used to the number of words that were used up.
parse_packing_option() {
  used=1
  case $1 in
    --exclude)
      (($# > 1)) || fail 2 "\`--exclude\` needs a pattern" "see ${0##*/} --help"
      excludes+=("$2") excludes_from=--exclude used=2
      ;;
    --exclude=*) excludes+=("${1#*=}") excludes_from=--exclude ;;
    --no-exclude) excludes=() ;;
    --reproducible) reproducible=yes ;;
    *) parse_common_option "$@" ;;
  esac
}

# Makes of $excludes the expression of find that is true for what is left out. Both programs must read a pattern alike:
# mksquashfs has more of them, and to it a leading `*` does not mean a leading dot.
check_excludes() {
  local pattern patterns=()
  left_out=()
  for pattern in ${excludes[@]+"${excludes[@]}"}; do
    # As in a PATH, nothing between two colons is nothing.
    [[ $pattern || $excludes_from == --exclude ]] || continue
    case $pattern in
      '' | . | .. | ... | *[/\\\(\):[:cntrl:]]*)
        fail 2 "$excludes_from has \`$pattern\`, which is no pattern of a name" \
          "give the name of files or directories, such as \`.git\`; \`*\`, \`?\` and \`[...]\` stand for others"
        ;;
      .*) left_out+=(-o -name "$pattern") ;;
      *) left_out+=(-o -name "$pattern" ! -name '.*') ;;
    esac
    patterns+=("$pattern")
  done
  excludes=(${patterns[@]+"${patterns[@]}"})
  if ((${#excludes[@]} == 0)); then left_out=(-false); else left_out=('(' "${left_out[@]:1}" ')'); fi
}

# Sets $omitted to how many files and directories are left out, and $omitted_names to some of them.
find_left_out() { # directory
  local place
  omitted=0 omitted_names=
  ((${#excludes[@]} > 0)) || return 0
  while IFS= read -r -d '' place; do
    if ((omitted < 3)); then omitted_names+="${omitted_names:+, }\`$place\`"; fi
    omitted=$((omitted + 1))
  done < <(find -H "$1" -mindepth 1 "${left_out[@]}" -prune -printf '%P\0')
  if ((omitted > 3)); then omitted_names+=', ...'; fi
}

check_reproducible() {
  [[ ! $reproducible ]] || can_pack_with "${reproducibly[@]}" ||
    fail 1 "this mksquashfs is too old for \`--reproducible\`: version 4.4 or later is needed" \
      "see: mksquashfs -version"
}

warn() { # message, hint
  printf 'warning: %s\n' "$1" >&2
  if [[ ${2-} ]]; then printf 'hint: %s\n' "$2" >&2; fi
}

# Prints how many names a program lists, each ended by a NUL, and the first of them; nothing where there are none.
count_names() {
  local name first='' count=0
  while IFS= read -r -d '' name; do
    # Anybody may have made it, and it is shown on a terminal.
    [[ $first ]] || first=${name//[[:cntrl:]]/?}
    count=$((count + 1))
  done
  ((count == 0)) || printf '%s' "$count, \`$first\`$( ((count == 1)) || printf ' and others')"
}

# Says what of a directory will not be the same in the squashfs.
warn_of_losses() { # directory
  local found packed=(-mindepth 1 "${left_out[@]}" -prune -o)
  found=$(find -H "$1" "${packed[@]}" -type s -printf '%P\0' | count_names)
  [[ ! $found ]] || warn "sockets are packed as names that nothing listens to: $found"
  found=$(find -H "$1" "${packed[@]}" '(' -type b -o -type c ')' -printf '%P\0' | count_names)
  [[ ! $found ]] || warn "devices are packed that only root can unpack, and nobody can use from a squashfs: $found"
  found=$(list_attributed "$1")
  [[ ! $found ]] || warn "extended attributes (user.*, security.capability) are not packed: $found"
  [[ $reproducible ]] || return 0
  found=$(find -H "$1" "${packed[@]}" ! -type l ! -perm -o=r -printf '%P\0' | count_names)
  [[ ! $found ]] ||
    warn "with \`--reproducible\` all belongs to root, and not all may read: $found; some runtimes will refuse it to you too" \
      "chmod -R go+rX $(quote "$1")"
}

# Counts what has extended attributes that somebody set. Only where the program for it is there: it is seldom needed.
list_attributed() { # directory
  type -P getfattr >/dev/null || return 0
  # A name comes on one line, escaped.
  getfattr -R -P -h -m '^(user\.|security\.capability$)' --absolute-names -- "$1" 2>/dev/null |
    while IFS= read -r line; do
      if [[ $line == '# file: '* ]]; then printf '%s\0' "${line#"# file: $1/"}"; fi
    done | count_names
}

# Sets $files_before and $bytes_before to what a directory takes of the quota.
measure_directory() { # directory
  local _
  files_before=$(find -H "$1" -printf 'x\n' | wc -l)
  read -r bytes_before _ < <(du -s -B1 -- "$1/.")
}

report_packed() { # directory
  bytes_after=$(stat -L -c %s -- "$squashfs")
  printf '%s\n' \
    "packed $entries files and directories, $(format_bytes "$bytes_before"), into $squashfs, $(format_bytes "$bytes_after")"
  if ((omitted > 0)); then printf '%s\n' "left out, by $excludes_from: $omitted, $omitted_names"; fi
}

# Says what is saved, in words and, for ctinstall, in a form for programs.
report_gain() { # when, kept or removed
  local saved=$((bytes_before - bytes_after)) gained
  if ((saved > 0)); then gained="$(format_bytes "$saved") saved"; else gained='nothing saved'; fi
  printf '%s\n' \
    "files: $files_before before, 1 after; space: $(format_bytes "$bytes_before") before, $(format_bytes "$bytes_after") after, $gained${1:+ $1}"
  if [[ ${CTINSTALL_RESULT-} == 1 ]]; then
    printf 'result: filesBefore=%s filesAfter=1 bytesBefore=%s bytesAfter=%s leftOut=%s directory=%s\n' \
      "$files_before" "$bytes_before" "$bytes_after" "$omitted" "$2"
  fi
}

format_bytes() { # bytes
  local units=(B KiB MiB GiB TiB) unit=0 value=$1 tenths=0
  while ((value >= 1024 && unit < 4)); do
    tenths=$((value % 1024 * 10 / 1024)) value=$((value / 1024)) unit=$((unit + 1))
  done
  if ((unit == 0 || value >= 100)); then tenths=; else tenths=.$tenths; fi
  printf '%s' "$value$tenths ${units[unit]}"
}
