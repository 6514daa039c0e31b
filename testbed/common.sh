# shellcheck shell=bash
# Sourced by the scripts beside it: a few functions, nothing is run.

say() { printf '[testbed %3ds] %s\n' "$SECONDS" "$*"; }
die() {
  printf 'error: %s\n' "$1" >&2
  [ -z "${2:-}" ] || printf '\nhint: %s\n' "$2" >&2
  exit 1
}

# retry <what> <command…>: three attempts, for commands that download.
# The command runs as a condition, so `set -e` is off inside it: functions given here chain with &&.
retry() {
  local what=$1 attempt
  shift
  for attempt in 1 2 3; do
    "$@" && return 0
    [ "$attempt" -lt 3 ] || break
    say "$what failed (attempt $attempt of 3), again in $((attempt * attempt * 5)) s"
    sleep $((attempt * attempt * 5))
  done
  return 1
}

# quietly <log file> <command…>: what a command says is shown only when it fails.
quietly() {
  local log=$1 status=0
  shift
  "$@" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" = 0 ] || { printf '$ %s   (exit status %s)\n' "$*" "$status" && tail -n 20 "$log"; } >&2
  return "$status"
}

# locked <file or directory> <what>: takes the lock on file descriptor 9 of this shell, held until it exits.
locked() {
  exec 9<"$1"
  flock --nonblock 9 || {
    say "another run is at it: waiting for $2"
    flock 9
  }
}

# as_user <command…>: as the unprivileged account when this is root, else as who we are.
as_user() {
  if [ "$(id -u)" = 0 ]; then
    runuser -u "${CT_SETUP_FOR:-$CT_USER}" -- "$@"
  else
    "$@"
  fi
}
