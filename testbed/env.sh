# shellcheck shell=bash
# To be sourced (bash): what tests and demo need to find the test bed that setup.sh made.
#
#   CT_TESTBED               the directory that holds all of it
#   CT_IMAGES                the images (world readable): tiny.sif and the stand-in for LUMI's mpi4py image
#   CT_LMOD_INIT             Lmod's init/bash; empty if there is no Lmod
#   CT_LMOD_SID_INIT         that of a newer Lmod: the test bed's own copy of Debian sid's
#   CT_ENVMODULES_INIT       that of Environment Modules: the test bed's own copy
#   CT_ENVMODULES_SID_INIT   that of a newer one, likewise
#   CT_MPICH                 the prefix of a host's MPICH, which is in no place that is searched by itself
#   CT_PROOT                 a PRoot that works, on no PATH
#   CT_USER                  the account that unprivileged runs are made as

export CT_TESTBED=${CT_TESTBED:-/opt/ctinstall-testbed}
export CT_IMAGES=$CT_TESTBED/images
export CT_LMOD_SID_INIT=$CT_TESTBED/lmod-sid/usr/share/lmod/lmod/init/bash
export CT_ENVMODULES_INIT=$CT_TESTBED/environment-modules/usr/share/modules/init/bash
export CT_MPICH=$CT_TESTBED/mpich
export CT_PROOT=$CT_TESTBED/proot/bin/proot
export CT_ENVMODULES_SID_INIT=$CT_TESTBED/environment-modules-sid/usr/share/modules/init/bash

case ":$PATH:" in
  *":$CT_TESTBED/bin:"*) ;;
  *) export PATH=$CT_TESTBED/bin:$PATH:$CT_TESTBED/node ;; # the last only if root's Node.js is out of others' reach
esac

if [ "$(id -u)" = 0 ]; then export CT_USER=ctinstall-user; else CT_USER=$(id -un) && export CT_USER; fi

# $LMOD_CMD is …/lmod/libexec/lmod in a session that has Lmod: the one in use there comes first.
CT_LMOD_INIT=
for ct_lmod in "${LMOD_CMD:+${LMOD_CMD%/libexec/lmod}}" "${LMOD_PKG:-}" "${MODULESHOME:-}" \
  /usr/share/lmod/lmod /opt/apps/lmod/lmod /usr/local/lmod/lmod /opt/lmod/lmod; do
  # Environment Modules also has $MODULESHOME/init/bash, but no libexec/lmod
  if [ -n "$ct_lmod" ] && [ -r "$ct_lmod/init/bash" ] && [ -e "$ct_lmod/libexec/lmod" ]; then
    CT_LMOD_INIT=$ct_lmod/init/bash
    break
  fi
done
export CT_LMOD_INIT
unset ct_lmod

# Each unprivileged `singularity exec` has a user namespace of its own: Open MPI's and UCX's single-copy
# transfers (CMA, /proc/PID/fd) do not cross it; Open MPI 4 then hangs with messages of 64 KiB and more.
export OMPI_MCA_btl_vader_single_copy_mechanism=none UCX_POSIX_USE_PROC_LINK=n
# The PMIx server's shared-memory store may lie where a container does not see it.
export PMIX_MCA_gds=hash
# Two ranks must start on a machine with one processor, and whatever processors its cgroup grants.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none

# What the caller's session has of these would change what runs inside a container (the runtime takes each of
# its options from a variable, APPTAINER_BIND replaces SINGULARITY_BIND, PYTHON… and PIP_… pass through)…
unset "${!SINGULARITY@}" "${!APPTAINER@}" "${!PYTHON@}" PIP_FIND_LINKS PIP_REQUIRE_VIRTUALENV VIRTUAL_ENV
# …and which modules are seen: tests begin with none loaded.
unset "${!_ModuleTable@}" "${!__LMOD@}" "${!__MODULES@}" "${!MODULES_@}" MODULEPATH LOADEDMODULES _LMFILES_ BASH_ENV
