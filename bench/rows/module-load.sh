# shellcheck shell=bash
# Times loads of two modules in one shell, in turn: module-load.sh <module path> <rounds> <module> <module>. Prints
# lines of `<what> <module> <microseconds>`.
set -euo pipefail
# shellcheck source=/dev/null
. "$CT_LMOD_INIT"
module use "$1"
rounds=$2
shift 2

timed() { # what, module, command…
  local what=$1 module=$2 started=${EPOCHREALTIME/[.,]/}
  shift 2
  "$@"
  [ "$round" = 0 ] || echo "$what $module $((${EPOCHREALTIME/[.,]/} - started))"
}
lmod_alone() { "$LMOD_CMD" bash load "$1" >/dev/null; }

for ((round = 0; round <= rounds; round++)); do
  for name; do
    timed lmod "$name" lmod_alone "$name"
    timed load "$name" module load "$name"
    timed unload "$name" module unload "$name"
  done
done
