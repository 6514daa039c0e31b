#!/usr/bin/env bash
# The walk-through: one session of an ordinary user on a machine with Lmod and Singularity. Started by demo.sh.
# Every command is printed, then run in this very shell; what it should do is checked, and the first wrong result ends it.
# shellcheck disable=SC2016 # command lines are printed as a user types them, `run` expands what is in them
set -euo pipefail # `run` looks at the exit status of what it runs, which is not subject to -e
# shellcheck source=testbed/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# As a user's shell without a cache of pip's in the real home directory, which containers show
export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

step=0
output=
wrong() { # wanted, came
  printf '\nWRONG RESULT in step %s\n  wanted: %s\n  came:   %s\n' "$step" "$1" "${2//$'\n'/$'\n          '}" >&2
  exit 1
}
headline() { # title, explanation
  step=$((step + 1))
  printf '\n== %s. %s\n' "$step" "$1"
  fold -s -w 77 <<<"${2//$'\n'/ }" | sed 's/ *$//; s/^/   /'
  echo
}
# Runs a command line in this shell, shows what it prints as it comes, and keeps it in $output.
run_any() {
  local log=$HOME/.demo-output tee
  printf '$ %s\n' "$1"
  status=0
  eval "$1" > >(exec tee "$log") 2>&1 || status=$?
  tee=$!
  wait "$tee" # else $output might miss the last lines
  output=$(<"$log")
}
run() {
  run_any "$1"
  [ "$status" = 0 ] || wrong "exit status 0 of: $1" "exit status $status"
}
run_refused() { # command line that must fail
  run_any "$1"
  [ "$status" != 0 ] || wrong "a refusal of: $1" 'exit status 0'
}
prints() { [[ $output == *"$1"* ]] || wrong "output with: $1" "$output"; }

# The environment without what Lmod keeps for itself, and what every command changes
environment() {
  env -0 | grep -zvE '^(__LMOD|_LMFILES_|LOADEDMODULES|_ModuleTable|LMOD_|_=)' | sort -z | tr '\0' '\n'
}

module=mpi4py/3.1.6-rocm-6.2.0
image=$CT_IMAGES/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif

cat <<E1
This is what a user of ctinstall does, from installing a container image to using it, on real parts:
$(singularity --version), Lmod, mksquashfs, Open MPI. Lines that begin with \$ are typed by the user.
E1

headline 'Get ctinstall' \
  'On a cluster Lmod is there when you log in; here it is started by hand. ctinstall is a module itself.'
run "source $CT_LMOD_INIT"
run "module use $DEMO_TOOL/modulefiles"
run 'module load ctinstall'
run 'ctinstall --version'

headline 'Install an image' "The easyconfig is shipped with ctinstall and asks for LUMI's mpi4py image. Images are looked for in \
LUMI's central directory and in those you name. NOTE: the image here is a CPU stand-in for LUMI's image (Debian's Python and \
mpi4py under the same file name, no ROCm), so that the demo runs on any machine."
run "export CTINSTALL_IMAGE_DIRS=$CT_IMAGES"
run 'ctinstall mpi4py-3.1.6-rocm-6.2.0.yaml'
[ -s "$HOME/.local/ctinstall/software/$module/${image##*/}" ] || wrong 'the image in the install dir' "$(find "$HOME/.local/ctinstall" 2>&1)"
[ -s "$HOME/.local/ctinstall/modules/$module.lua" ] || wrong 'the modulefile' "$(find "$HOME/.local/ctinstall" 2>&1)"

headline 'Load the module' "\$SIF is the image. A bind of your own that is set before (here: data as /data) stays, and joins those \
of the module."
run 'mkdir -p ~/data && echo 42 > ~/data/answer'
run 'export SINGULARITY_BIND=$HOME/data:/data'
[[ :$MODULEPATH: == *":$HOME/.local/ctinstall/modules:"* ]] || run "module use $HOME/.local/ctinstall/modules"
before=$(environment)
run "module load $module"
run 'echo $SIF'
prints "$HOME/.local/ctinstall/software/$module/${image##*/}"
run 'singularity exec $SIF cat /data/answer'
[ "$output" = 42 ] || wrong '42 and nothing else: the own bind is seen, no warnings' "$output"

headline 'Run with MPI' "conda-python-simple runs inside the container and activates the image's conda environment. The host's \
mpirun starts two containers; on a cluster you would write srun. Each rank sends the other a message."
run "mpirun -n 2 singularity exec \$SIF conda-python-simple -c 'import mpi4py.MPI as MPI
world = MPI.COMM_WORLD
message = world.sendrecv(f\"hello from rank {world.rank}\", dest=1 - world.rank, source=1 - world.rank)
print(f\"rank {world.rank} of {world.size} got: {message}\", flush=True)'"
prints 'rank 0 of 2 got: hello from rank 1'
prints 'rank 1 of 2 got: hello from rank 0'

headline 'A shell in the container' 'start-shell is on PATH as long as the module is loaded; without -c it is interactive.'
run "start-shell -c 'echo \$SINGULARITY_CONTAINER; command -v python'"
prints '/user-software/venv/mpi4py/bin/python'

headline 'Add your own packages' "The install made a virtual environment on top of the image's Python. It lies in your install dir, \
so pip can write to it. Here a small package is written and installed without network."
run "mkdir -p hello-hpc/hello_hpc"
run "printf '[project]\nname = \"hello-hpc\"\nversion = \"1.0\"\n' > hello-hpc/pyproject.toml"
run "echo 'def greet(): return \"hello from \" + __file__' > hello-hpc/hello_hpc/__init__.py"
run "start-shell -c 'pip install --no-index --no-build-isolation ./hello-hpc'"
prints 'Successfully installed hello-hpc-1.0'
use_package="singularity exec \$SIF conda-python-simple -c 'import hello_hpc; print(hello_hpc.greet())'"
run "$use_package"
prints 'hello from /user-software/venv/mpi4py/lib'

headline 'Pack them into one file' "Thousands of small files are slow on a parallel file system and eat your quota. ctinstall squashfs \
packs the packages of the loaded module into one file, checks it, and (only because we ask for it) removes the directory."
run 'ctinstall squashfs --remove-directory'
run 'ls $CONTAINERROOT'
prints 'user-software.squashfs'
[ ! -e "$CONTAINERROOT/user-software" ] || wrong 'no directory user-software any more' "$output"

headline 'Reload and use the packed packages' 'The module looks at each load for what is there: now /user-software is the file.'
run "module load $module"
run "$use_package"
prints 'hello from /user-software/venv/mpi4py/lib'
run "start-shell -c 'grep /user-software /proc/mounts'"
prints squash
run_refused "start-shell -c 'touch /user-software/new-file'"
prints 'Read-only file system'

headline 'Unpack again' 'To add more packages, unpack the file, and reload.'
run 'ctinstall squashfs unmake'
run "module load $module"
run "start-shell -c 'touch /user-software/new-file && rm /user-software/new-file'"
run "$use_package"
prints 'hello from /user-software/venv/mpi4py/lib'

headline 'Unload' 'The environment is as before, your own binds too.'
run "module unload $module"
run 'echo $SINGULARITY_BIND'
[ "$output" = "$HOME/data:/data" ] || wrong "$HOME/data:/data" "$output"
after=$(environment)
[ "$before" = "$after" ] || wrong 'the environment as it was before the module was loaded' \
  "$(diff <(printf '%s\n' "$before") <(printf '%s\n' "$after"))"

headline 'An image without an easyconfig' 'Name the image, and ctinstall looks into it, drafts an easyconfig, and installs it. On a
terminal it asks first; --yes answers. This image has Python in it, so the module has python and pip on PATH, and a virtual
environment for your packages.'
run "cp $CT_IMAGES/venv.sif python-3.11.sif"
run 'ctinstall --yes python-3.11.sif'
prints 'module load python/3.11'
run 'module load python/3.11'
run 'python --version'
prints 'Python 3.11'
run 'pip install --no-index --no-build-isolation ./hello-hpc'
prints 'Successfully installed hello-hpc-1.0'
run "python -c 'import hello_hpc; print(hello_hpc.greet())'"
prints 'hello from /user-software/venv/python/lib'
run 'ctinstall list'
prints 'python/3.11'
run 'module unload python/3.11'
run 'ctinstall uninstall --yes --with-user-software python/3.11'
prints 'removed python/3.11'
[ ! -e "$HOME/.local/ctinstall/software/python" ] || wrong 'nothing of python any more' "$(find "$HOME/.local/ctinstall/software/python")"

printf '\nDemo passed: every step did what it should.\n'
