# shellcheck shell=bash disable=SC2034
# squashfs-common.bash: what make-squashfs and unmake-squashfs share. They source it from `<install dir>/.ctinstall`, by a
# path without links; beside it are the parts that it sources. Some of the variables are for them only.

module='mpi4py/3.1.6-rocm-6.2.0'  # filled in by ctinstall
# Processors to use where nobody says; 0: all that are granted.
default_processors='0'  # filled in by ctinstall

# No here-strings in here: old versions of bash write them to /tmp, which may be full.
set -u -o pipefail
# Whatever the umask: nothing is for everybody to write.
umask "$(printf '%03o' $((8#$(umask) | 2)))"
# File names are bytes, sorted as bytes, and what programs say can be told apart.
export LC_ALL=C
# On Red Hat's systems the squashfs tools are in /usr/sbin, which need not be on a user's PATH.
export PATH=$PATH:/usr/sbin:/sbin
# With the first mksquashfs can fail; nproc gives the others rather than what is granted.
unset SOURCE_DATE_EPOCH OMP_NUM_THREADS OMP_THREAD_LIMIT

install_dir=${BASH_SOURCE[0]%/*/*}
directory=$install_dir/user-software
squashfs=$install_dir/user-software.squashfs
state=$install_dir/.ctinstall
lock=$state/user-software.lock
lineage=$state/user-software.lineage
stamp=$state/user-software.stamp

# The name of this node. Not $HOSTNAME: a job may have inherited it from the login node.
IFS= read -r host </proc/sys/kernel/hostname
run=$host-$$
part=$install_dir/.user-software.squashfs.$run.part
unpack=$install_dir/.user-software.$run.unpack
trial=$install_dir/.user-software.$run.trial.unpack

processors=${CTINSTALL_SQUASHFS_PROCESSORS:-$default_processors}
processors_from=CTINSTALL_SQUASHFS_PROCESSORS
shows_progress=
if [[ -t 1 || ${CTINSTALL_PROGRESS-} == 1 ]]; then shows_progress=yes; fi
waits=yes
# The program that is running, while one is, and its process group, if it has one of its own.
child='' group=''

fail() { # exit status, message, hint…
  local status=$1 hint
  printf 'error: %s\n' "$2" >&2
  shift 2
  for hint; do printf 'hint: %s\n' "$hint" >&2; done
  exit "$status"
}

# Prints a path as a word that can be pasted into a shell.
quote() {
  local quoted="'\\''"
  printf "'%s'" "${1//\'/$quoted}"
}

# shellcheck source-path=SCRIPTDIR source=squashfs-lock.bash
. "${BASH_SOURCE[0]%/*}/squashfs-lock.bash" || exit 1
# shellcheck source-path=SCRIPTDIR source=squashfs-lineage.bash
. "${BASH_SOURCE[0]%/*}/squashfs-lineage.bash" || exit 1

# Options of both scripts; sets $used to the number of words that were used up.
parse_common_option() {
  used=1
  case $1 in
    --help)
      usage
      exit 0
      ;;
    --processors)
      (($# > 1)) || fail 2 "\`--processors\` needs a number" "see ${0##*/} --help"
      processors=$2 processors_from=$1 used=2
      ;;
    --processors=*) processors=${1#*=} processors_from=--processors ;;
    --no-wait) waits= ;;
    *) fail 2 "unknown argument \`$1\`" "see ${0##*/} --help" ;;
  esac
}

# Makes sure that this machine can do it, and waits until nobody else is at it; clears what a killed run left. Takes the
# names of the programs that are needed.
begin() {
  local tool
  # The variable is set on the host too, by modules of other tools; there is a runtime then.
  if [[ -d /.singularity.d ]] ||
    { [[ ${SINGULARITY_CONTAINER-}${APPTAINER_CONTAINER-} ]] && ! type -P singularity apptainer >/dev/null; }; then
    fail 1 "\`${0##*/}\` works on the host, and this is inside a container" 'leave the container, and run it again'
  fi
  [[ $processors =~ ^(0|[1-9][0-9]{0,3})$ ]] ||
    fail 2 "$processors_from is \`$processors\`, which is not a number of processors" 'give 0 for all that are granted'
  for tool; do
    type -P "$tool" >/dev/null || fail 1 "there is no \`$tool\` on PATH" \
      'it is in the package squashfs-tools of Debian, Red Hat and others: ask your support team, or try another node'
  done
  name_me
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  take_lock "$lock"
  # Not before: what it removes may be another run's.
  trap clean_up EXIT
  open_install
  clear_leftovers
  check_kind "$directory" -d 'a directory'
  check_kind "$squashfs" -f 'a regular file'
}

check_kind() { # path, test, what it must be
  if [[ ! -e $1 && ! -L $1 ]] || test "$2" "$1"; then return; fi
  if [[ ! -e $1 ]]; then fail 1 "\`$1\` is a symbolic link to something that is not there" 'fix or remove the link'; fi
  fail 1 "\`$1\` is not $3" 'move it aside'
}

# Whether there is user software as a directory. An empty directory is as good as none.
has_directory() {
  local entry
  [[ -d $directory ]] || return 1
  entry=$(find -H "$directory" -mindepth 1 -printf x -quit) ||
    fail 1 "\`$directory\` cannot be read" "see: ls -ld $(quote "$directory")"
  [[ $entry ]]
}

clean_up() {
  trap '' HUP INT TERM
  if [[ $child ]]; then end_child; fi
  rm -rf -- "$part" "$stamp" "$stamp.next" "$trial"
  [[ ! -e $unpack ]] || remove_tree "$unpack"
  close_install
  if [[ $(readlink -- "$lock") == "$me" ]]; then rm -f -- "$lock"; fi
}

# What runs in a container is asked first, so that the runtime can clear up: it has five seconds.
end_child() {
  local target=${group:+-}$child tries
  if [[ $group ]]; then
    kill -TERM -- "$target" 2>/dev/null
    for ((tries = 0; tries < 100; tries++)); do
      kill -0 -- "$target" 2>/dev/null || break
      sleep 0.05
    done
  fi
  { kill -KILL -- "$target" && wait "$child"; } 2>/dev/null
}

# Some sites take the right to write from an install; where its record says so, it has it while this run has the lock.
is_read_only() {
  grep -q '^  "readOnly": true' -- "$state/record.json" 2>/dev/null
}

open_install() {
  if is_read_only && ! chmod u+w -- "$install_dir"; then
    fail 1 "\`$install_dir\` is read-only, and only its owner can change that" 'ask who installed it'
  fi
}

close_install() {
  if is_read_only; then chmod a-w -- "$install_dir"; fi
}

# Removes what a killed run left, known by names that only these scripts give.
clear_leftovers() {
  local leftover
  for leftover in "$install_dir"/.user-software.{squashfs.*.part,*.unpack,removed-*} \
    "$lock".* "$lineage".part "$state"/user-software.messages.*; do
    if [[ -e $leftover || -L $leftover ]]; then remove_tree "$leftover"; fi
  done
}

removed=0
remove_tree() {
  local tree=$1 aside=$install_dir/.user-software.removed-$run-$((++removed))
  # A killed run may have left a program that still writes in there: it will not find it again.
  if mv -T -- "$tree" "$aside"; then tree=$aside; fi
  rm -rf -- "$tree" 2>/dev/null && return
  # A package may have made its directories read-only; their owner may still remove them.
  find "$tree" -type d ! -perm -u=rwx -exec chmod u+rwx {} \;
  rm -rf -- "$tree"
}

# ---- running the squashfs tools

# Turns $processors into how many may be used: 0 is all that this process, its job and its task were granted.
choose_processors() {
  local granted
  ((processors == 0)) || return 0
  processors=$(nproc)
  for granted in "${SLURM_CPUS_ON_NODE-}" "${SLURM_CPUS_PER_TASK-}"; do
    if [[ $granted =~ ^[1-9][0-9]{0,3}$ ]] && ((granted < processors)); then processors=$granted; fi
  done
}

# Runs a program so that a signal to this script ends it at once. Sets $status, and $said to what it wrote on stderr.
run_tool() {
  local messages
  # Not beside the user software, where the disk may be full: just that is to be read here.
  messages=$(mktemp 2>/dev/null) || messages=$(mktemp -- "$state/user-software.messages.XXXXXX") ||
    fail 1 "cannot write in \`$state\`"
  exec 3>/dev/null 4>"$messages"
  exec 5<"$messages"
  rm -f -- "$messages"
  if [[ $shows_progress ]]; then exec 3>&1; fi
  "$@" >&3 2>&4 3>&- 4>&- 5<&- &
  child=$!
  { wait "$child"; } 2>/dev/null
  status=$?
  child=
  said=$(cat <&5)
  exec 3>&- 4>&- 5<&-
  if [[ $said ]]; then printf '%s\n' "${said//$'\e'/?}" >&2; fi
  return "$status"
}

fail_of_tool() { # program, message
  local ended="ended with exit status $status" hint=()
  if ((status == 0)); then ended='reported errors'; fi
  if ((status > 128)); then ended="was ended by signal $((status - 128))"; fi
  case $1:$status:$said in
    *:137:*) hint=("it may have run out of memory: try \`--processors 1\`, or a job with more memory") ;;
    *'No space left'* | *'uota exceeded'*) hint=('free some space or files: the directory and the squashfs are both needed for a while') ;;
    mksquashfs:*'ould not create destination'*'ermission denied'*) hint=('only who installed it may change its user software') ;;
    mksquashfs:*'ailed to read'* | mksquashfs:*'ould not open'*) hint=('what is named above must be readable for you') ;;
  esac
  fail 1 "$2: $1 $ended" ${hint[@]+"${hint[@]}"}
}

# Sees to it that a file or directory, or with --file-system all that is on the same file system, is on the disk.
flush() { # path [option]
  local said
  # Before coreutils 8.24 sync knows only all file systems at once.
  if [[ $(sync --help) != *--file-system* ]]; then
    sync
    return
  fi
  said=$(sync ${2+"$2"} -- "$1" 2>&1) && return
  case $said in
    # Some file systems do not do it for a directory.
    *'Invalid argument' | *'not supported' | *'not implemented') sync ;;
    *)
      printf '%s\n' "$said" >&2
      return 1
      ;;
  esac
}

# Sets the mode of a file of ours. File systems with nothing but access lists, or with one mode for all, refuse.
set_mode() { # mode, path
  local said now
  said=$(chmod -- "$1" "$2" 2>&1) && return
  if [[ $said != *': Operation not permitted' && $said != *' not supported' ]]; then
    printf '%s\n' "$said" >&2
    return 1
  fi
  now=$(stat -c %a -- "$2")
  if [[ $now != "$1" ]]; then
    printf '%s\n' "warning: the file system does not let \`$2\` have the mode $1: it stays $now" >&2
  fi
}

# Prints a name under which a directory that makes room for another is kept.
name_replaced() {
  local name count=1
  name=$directory.replaced-$(date +%Y%m%d-%H%M%S)
  if [[ -e $name || -L $name ]]; then
    while [[ -e $name.$count || -L $name.$count ]]; do count=$((count + 1)); done
    name=$name.$count
  fi
  printf '%s' "$name"
}
