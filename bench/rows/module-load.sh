# shellcheck shell=bash
# Times loads in one shell, in turn: module-load.sh <module path> <rounds> <fewest rounds> <seconds after which there are
# enough> <side>…, where a side is the names of modules that are loaded together, with spaces between; another one is first in
# each round. Prints lines of `<what> <number of the side, from 0> <microseconds>`.
set -euo pipefail
# shellcheck source=/dev/null
. "$CT_LMOD_INIT"
module use "$1"
rounds=$2 fewest=$3 enough=$4
shift 4

sides=("$@")

timed() { # what, command…
  local what=$1 started=${EPOCHREALTIME/[.,]/}
  shift
  "$@"
  [ "$round" = 0 ] || echo "$what $side $((${EPOCHREALTIME/[.,]/} - started))"
}
lmod_alone() { "$LMOD_CMD" bash load "$@" >/dev/null; }

SECONDS=0
for ((round = 0; round <= rounds; round++)); do
  if ((round > fewest && SECONDS > enough)); then break; fi
  for ((turn = 0; turn < ${#sides[@]}; turn++)); do
    side=$(((turn + round) % ${#sides[@]}))
    read -ra names <<<"${sides[side]}"
    timed lmod lmod_alone "${names[@]}"
    timed load module load "${names[@]}"
    timed unload module unload "${names[@]}"
  done
done
