# shellcheck shell=bash disable=SC2154
# squashfs-lock.bash: lets only one at a time work on the user software of an install, on whatever node. To be sourced by
# squashfs-common.bash. ctinstall takes this lock as well, when it installs, installs again or uninstalls: what is said here
# must be kept alike on its side.
#
# The lock is a symbolic link, which is made in one step, with what it says, on any file system; flock does not reach other
# nodes everywhere. Its target says who holds it:
#     host:process:start of the process:boot of the host:user:Slurm job:PID namespace

# Sets $me to what tells this process from all others, and from a later one of the same number.
name_me() {
  IFS= read -r boot </proc/sys/kernel/random/boot_id
  find_start_of self
  find_namespace
  me=$host:$$:$started:$boot:$(id -un 2>/dev/null):${SLURM_JOB_ID-}:$namespace
}

# Sets $namespace to the number of the PID namespace of this process, in which $$ counts: the link reads `pid:[4026531836]`.
find_namespace() {
  namespace=$(readlink /proc/self/ns/pid 2>/dev/null)
  namespace=${namespace//[!0-9]/}
}

# Sets $started to the time at which a process began, in ticks since the machine was started; empty if it is not seen.
find_start_of() { # process
  local stat='' self='' fields
  started=
  { IFS= read -r -d '' stat <"/proc/$1/stat"; } 2>/dev/null
  # A /proc that was mounted in another PID namespace has other processes under these numbers.
  { IFS=' ' read -r self _ </proc/self/stat; } 2>/dev/null
  [[ $stat && ($1 == self || $self == "$$") ]] || return
  # The name of the program, in parentheses, may hold blanks and parentheses itself.
  read -r -a fields < <(printf '%s\n' "${stat##*) }")
  # A dead one that its parent has not yet asked after is dead.
  if [[ ${fields[0]} == Z ]]; then started=dead; else started=${fields[19]}; fi
}

# Sets $verdict to dead, alive or unknown. Nothing can be known of a process of another node, or of another PID namespace (a
# container, a job that sees only its own processes), where its number means another process or none.
judge() { # what its lock says
  local its_host its_pid its_start its_boot its_namespace _
  IFS=: read -r its_host its_pid its_start its_boot _ _ its_namespace < <(printf '%s\n' "$1")
  verdict=unknown
  [[ $its_host == "$host" && $its_pid =~ ^[1-9][0-9]{0,6}$ ]] || return
  if [[ $its_boot != "$boot" ]]; then
    verdict=dead
    return
  fi
  [[ ${its_namespace:-$namespace} == "$namespace" ]] || return
  verdict=alive
  find_start_of "$its_pid"
  if [[ $started ]]; then
    [[ $started == "$its_start" ]] || verdict=dead
  # /proc may hide the processes of other users; they refuse the signal, but are there.
  elif [[ $(kill -0 "$its_pid" 2>&1) == *'No such process'* ]]; then
    verdict=dead
  fi
}

# Takes the lock, or one for taking it over; while another holds it waits, or with --no-wait fails.
take_lock() { # path
  local path=$1 said held told=''
  until said=$(ln -sT -- "$me" "$path" 2>&1); do
    if ! held=$(readlink -- "$path"); then
      # It may have been given back this very moment; or the install was removed, and is back.
      [[ $said == *'File exists' && ! -e $path ]] && continue
      [[ -d $state ]] || fail 1 "\`$install_dir\` was uninstalled meanwhile"
      [[ $said == *'No such file or directory' ]] && continue
      [[ $said != *'File exists' ]] || fail 1 "\`$path\` is in the way of a lock, and is none" "if no other run is at work: rm -r $(quote "$path")"
      fail 1 "\`$path\` cannot be made: ${said##*: }" 'only who installed it may change its user software'
    fi
    # A file server may have done it, and been asked again because its answer was lost.
    [[ $held != "$me" ]] || return 0
    judge "$held"
    if [[ $verdict == dead ]]; then
      if take_over "$path" "$held"; then return 0; fi
      continue
    fi
    describe_holder "$path" "$held"
    [[ $waits ]] ||
      fail 1 "another run is at work on this user software: $holder" "run it again when that one is done${if_gone:+; $if_gone}"
    [[ $told == "$held" ]] || printf '%s\n' "waiting for $holder${if_gone:+; $if_gone}" >&2
    told=$held
    sleep 0.25
  done
}

# Takes over the lock of a dead process. Two may have found it dead at the same time, and the later one must not throw
# out the earlier one: only who holds a second lock, named after the dead one, may replace the first, and only if it is
# still the dead one's.
take_over() { # path, what it says
  local its_host its_pid its_start _ guard taken=1
  IFS=: read -r its_host its_pid its_start _ < <(printf '%s\n' "$2")
  # What is written there must not lead elsewhere.
  guard=$its_host-$its_pid-$its_start
  guard=$1.after-${guard//\//_}
  take_lock "$guard"
  if [[ $(readlink -- "$1") == "$2" ]]; then
    ln -sfT -- "$me" "$1.$run" && mv -fT -- "$1.$run" "$1" && taken=0
  fi
  rm -f -- "$guard"
  return "$taken"
}

# Makes the text of a variable harmless: anybody may have written it, and it is shown on a terminal. What is no plain ASCII
# becomes `?`, so that it is one line, no terminal obeys it, and nothing in it is unseen.
make_printable() { # variable
  local LC_ALL=C
  local -n text=$1
  text=${text//[!\ -~]/?}
}

# Sets $holder to who holds a lock, and $if_gone to what to do if it is not known whether that one still lives.
describe_holder() { # path, what it says
  local its_host its_pid its_user its_job _
  IFS=: read -r its_host its_pid _ _ its_user its_job _ < <(printf '%s\n' "$2")
  holder='an unknown process'
  if [[ $its_pid =~ ^[1-9][0-9]{0,6}$ ]]; then
    holder="process $its_pid of $its_user on $its_host${its_job:+, Slurm job $its_job}"
    make_printable holder
  fi
  if_gone=
  if [[ $verdict == unknown ]]; then if_gone="if that process is surely gone: rm $(quote "$1")"; fi
}
