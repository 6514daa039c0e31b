#!/usr/bin/env bash
# Puts all that the demo and the tests need on a Debian 12 machine: Debian packages, Lmod, Environment Modules,
# Apptainer, an unprivileged account, images. Needs root or sudo, and Debian's package mirror; no other network.
# Each step first looks whether its result is there: with nothing to do this takes a fraction of a second.
# Whatever is the test bed's own lies in $CT_TESTBED (/opt/ctinstall-testbed); teardown.sh removes it.
set -euo pipefail
umask 022
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# An ordinary user's PATH has no sbin in Debian, and neither has root's after a plain `su`
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C.UTF-8
# shellcheck source=testbed/common.sh
. "$here/common.sh"
# shellcheck source=testbed/env.sh
. "$here/env.sh"
# shellcheck source=testbed/system.sh
. "$here/system.sh"
# shellcheck source=testbed/sid.sh
. "$here/sid.sh"
# shellcheck source=testbed/apptainer.sh
. "$here/apptainer.sh"
# shellcheck source=testbed/environment-modules.sh
. "$here/environment-modules.sh"
# shellcheck source=testbed/lmod-sid.sh
. "$here/lmod-sid.sh"
# shellcheck source=testbed/mpich.sh
. "$here/mpich.sh"
# shellcheck source=testbed/proot.sh
. "$here/proot.sh"
# shellcheck source=testbed/images.sh
. "$here/images.sh"

T=$CT_TESTBED
SCRATCH=$T/tmp # cleared under the lock by the next run, if this one is killed
steps=(packages environment_modules environment_modules_sid lmod_sid kernel runtime mpirun pmix account node tiny_image
  mpi4py_image venv_image vnc_image mpich mpich_image debian11_image openmpi5_image proot working)

# Prints the steps whose result is not there. Needs no privilege and changes nothing.
missing_steps() {
  local step
  for step in "${steps[@]}"; do
    "have_$step" || printf '%s\n' "$step"
  done
}

# The runtime must work for the unprivileged account; as root nearly everything works and proves nothing. That it did is
# noted. A user for whom it was not noted tries it, so that one without sudo can use what another has set up.
works=$T/state/works-for-${CT_SETUP_FOR:-$CT_USER}
try_runtime() { as_user env -C / singularity exec "$CT_IMAGES/tiny.sif" bash -c true </dev/null; }
have_working() { [ -e "$works" ] || { [ "$(id -u)" != 0 ] && try_runtime >/dev/null 2>&1; }; }
make_working() {
  try_runtime >"$SCRATCH/try.log" 2>&1 || {
    cat "$SCRATCH/try.log" >&2
    die "\`singularity exec $CT_IMAGES/tiny.sif bash -c true\` fails as ${CT_SETUP_FOR:-$CT_USER}" \
      "in a container of Docker or Podman, start it with --device /dev/fuse --security-opt seccomp=unconfined"
  }
  touch "$works"
}

provision() { # steps…, as root
  local step
  install -d -m 755 "$T" "$T/bin" "$T/state" "$CT_IMAGES"
  locked "$T" "the test bed's set-up"
  rm -rf --one-file-system "$SCRATCH"
  install -d -m 755 "$SCRATCH"
  trap 'rm -rf --one-file-system "$SCRATCH"; drop_daemon_guard' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  touch "$T/state/is-a-ctinstall-testbed" # what teardown.sh looks for before it removes the directory
  # whatever changes here, what worked before is tried again
  rm -f "$T"/state/works-for-*
  for step in "$@" working; do # `working` again if it was not among them
    # another run may have done it while this one waited for the lock
    "have_$step" || "make_$step"
    # what the step brought may be what env.sh looks for
    # shellcheck source=testbed/env.sh
    . "$here/env.sh"
  done
}

mapfile -t missing < <(missing_steps)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ]; then
    provision "${missing[@]}"
  else
    command -v sudo >/dev/null || die "missing here: ${missing[*]}; to install them takes root or sudo"
    say "through sudo: ${missing[*]}"
    # sudo resets the environment: what finds the runtime, Lmod and the network is handed on by name
    sudo env "PATH=$PATH" "CT_TESTBED=$T" "CT_SETUP_FOR=$(id -un)" "LMOD_CMD=${LMOD_CMD:-}" \
      "http_proxy=${http_proxy:-}" "https_proxy=${https_proxy:-}" "no_proxy=${no_proxy:-}" \
      bash "$here/setup.sh"
    # shellcheck source=testbed/env.sh
    . "$here/env.sh"
    mapfile -t missing < <(missing_steps)
    [ ${#missing[@]} = 0 ] || die "still missing after set-up: ${missing[*]}"
  fi
fi
[ -n "${CT_SETUP_FOR:-}" ] || say "ready: $(singularity --version), Lmod at ${CT_LMOD_INIT%/init/bash}, images in $CT_IMAGES"
