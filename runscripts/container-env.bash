# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# container-env.bash: what of the host's environment reaches the container, as docs/container-environment.md of ctinstall
# lists it. in-container sources it when $joined, the binds, are set; like that it starts no program.

# All of these are words, which bash reads in a third of the time that arrays take.
# Variables that stay outside: their names, and beginnings of names.
dropped=  # filled in by ctinstall
dropped_beginnings=  # filled in by ctinstall
# Patterns of names: some that the settings drop too, and all that pass whatever the other lines say.
dropped_patterns=  # filled in by ctinstall
passing=  # filled in by ctinstall
# Variables that hold a path, and what some of them get in the place of one that cannot be seen inside: `TMPDIR=/tmp`.
path_variables=  # filled in by ctinstall
stand_ins=  # filled in by ctinstall

# Changes the environment to what the container is to see, and $joined. Sets $cleaner to the beginning of a command line:
# functions that the host's shell exports can be taken away by no builtin.
choose_host_environment() {
  local entry entries=()
  cleaner=()
  mapfile -d '' -t entries 2>/dev/null </proc/self/environ
  if [[ ${CTINSTALL_CONTAINER_ENV_PASS-}${CTINSTALL_CONTAINER_ENV_DROP-}$dropped_patterns ]]; then
    # shellcheck source-path=SCRIPTDIR source=container-env-more.bash
    . "$root/.ctinstall/container-env-more.bash" || exit 1
    follow_wishes
  else
    unset -v $dropped
    drop_by_beginnings
    for entry in ${entries[@]+"${entries[@]}"}; do
      case $entry in BASH_FUNC_*) cleaner+=(-u "${entry%%=*}") ;; esac
    done
  fi
  if needs_look; then
    # shellcheck source-path=SCRIPTDIR source=container-env-more.bash
    . "$root/.ctinstall/container-env-more.bash" || exit 1
    mend_locale
    bind_named_paths
    bind_current_directory
    export SINGULARITY_BIND=$joined APPTAINER_BIND=$joined
  fi
  if ((${#cleaner[@]} > 0)); then
    # In this locale `env` starts in two thirds of the time; the runtime gets the caller's.
    cleaner=(/usr/bin/env "${cleaner[@]}" -u LC_ALL ${LC_ALL+"LC_ALL=$LC_ALL"})
    export LC_ALL=C
  fi
}

drop_by_beginnings() {
  local beginning name names
  for beginning in $dropped_beginnings; do
    eval "names=\${!$beginning*}"
    for name in $names; do passes "$name" || unset -v "$name"; done
  done
}

passes() { # name
  local pattern
  set -f
  for pattern in $passing; do
    # shellcheck disable=SC2053
    if [[ $1 == $pattern ]]; then set +f && return 0; fi
  done
  set +f
  return 1
}

# Whether there is a locale, or a path in a variable or of the current directory, that the container may lack.
needs_look() {
  local name paths part=$PWD
  for name in LANG "${!LC_@}"; do
    case ${!name-} in '' | C | POSIX | C.UTF-8 | C.utf8) ;; *) return 0 ;; esac
  done
  # All values one behind the other: ${TMPDIR-}${TMP-}…
  eval "paths=\${${path_variables// /-\}\$\{}-}"
  case $paths in '' | /tmp) ;; *) return 0 ;; esac
  while [[ $part == /* ]]; do
    if [[ -L $part ]]; then return 0; fi
    part=${part%/*}
  done
  return 1
}
