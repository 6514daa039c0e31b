# shellcheck shell=bash disable=SC2034,SC2086,SC2154
# container-env.bash: what of the host's environment reaches the container, as docs/container-environment.md of ctinstall
# lists it. in-container sources it when $joined, the binds, are set; like that it starts no program.

# All of these are words, which bash reads in a third of the time that arrays take.
# Variables that stay outside: their names, and beginnings of names.
dropped='VIRTUAL_ENV VIRTUAL_ENV_PROMPT __PYVENV_LAUNCHER__ PYENV_ROOT PYENV_VERSION PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_CONFIG_FILE UV_PYTHON UV_SYSTEM_PYTHON UV_PROJECT_ENVIRONMENT UV_CONFIG_FILE UV_TARGET _CONDA_EXE _CONDA_ROOT _CE_CONDA _CE_M MAMBA_EXE MAMBA_ROOT_PREFIX PERL5LIB PERLLIB PERL5OPT PERL_LOCAL_LIB_ROOT PERL_MB_OPT PERL_MM_OPT R_HOME R_LIBS R_LIBS_USER R_LIBS_SITE R_PROFILE R_PROFILE_USER R_ENVIRON R_ENVIRON_USER GEM_HOME GEM_PATH RUBYLIB RUBYOPT BUNDLE_PATH BUNDLE_GEMFILE NODE_PATH NPM_CONFIG_PREFIX NPM_CONFIG_USERCONFIG LUA_PATH LUA_CPATH TCLLIBPATH GOROOT GOPATH GOBIN CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN JAVA_HOME JDK_HOME JRE_HOME CLASSPATH LD_PRELOAD LD_AUDIT LD_DEBUG LD_RUN_PATH LD_ORIGIN_PATH CC CXX CPP FC F77 F90 F95 LD AR AS NM RANLIB STRIP NVCC MPICC MPICXX MPIFC MPIF77 MPIF90 CFLAGS CXXFLAGS CPPFLAGS FCFLAGS FFLAGS F90FLAGS LDFLAGS LIBS CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH LIBRARY_PATH COMPILER_PATH GCC_EXEC_PREFIX PKG_CONFIG PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR CMAKE_PREFIX_PATH CMAKE_INCLUDE_PATH CMAKE_LIBRARY_PATH CMAKE_PROGRAM_PATH CMAKE_MODULE_PATH CMAKE_TOOLCHAIN_FILE ACLOCAL_PATH CUDA_HOME CUDA_PATH CUDA_ROOT ROCM_PATH HIP_PATH MKLROOT PROJ_LIB PROJ_DATA GDAL_DATA GDAL_DRIVER_PATH QT_PLUGIN_PATH QT_QPA_PLATFORM_PLUGIN_PATH GTK_PATH GTK_MODULES GIO_MODULE_DIR GIO_EXTRA_MODULES GSETTINGS_SCHEMA_DIR GIT_EXEC_PATH LESSOPEN LESSCLOSE BASH_ENV ENV ZDOTDIR'  # filled in by ctinstall
dropped_beginnings='PYTHON CONDA_ JULIA_'  # filled in by ctinstall
# Patterns of names: some that the settings drop too, and all that pass whatever the other lines say.
dropped_patterns=''  # filled in by ctinstall
passing='JULIA_NUM_THREADS PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONFAULTHANDLER PYTHONHASHSEED PYTHONWARNINGS PYTHONDEVMODE PYTHONTRACEMALLOC PYTHONIOENCODING PYTHONUTF8 PYTHON_GIL PYTHON_CPU_COUNT'  # filled in by ctinstall
# Variables that hold a path, and what some of them get in the place of one that cannot be seen inside: `TMPDIR=/tmp`.
path_variables='TMPDIR TMP TEMP TEMPDIR XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME PIP_CACHE_DIR XAUTHORITY SSH_AUTH_SOCK KRB5_CONFIG X509_USER_PROXY SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO AWS_CA_BUNDLE PIP_CERT NODE_EXTRA_CA_CERTS NIX_SSL_CERT_FILE X509_CERT_DIR'  # filled in by ctinstall
stand_ins='TMPDIR=/tmp TMP=/tmp TEMP=/tmp TEMPDIR=/tmp'  # filled in by ctinstall

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
