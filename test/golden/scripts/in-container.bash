# shellcheck shell=bash disable=SC2034,SC2154
# in-container.bash: what the module sets up, anew at each start of a wrapper: the module may not be loaded, or another one; and
# what it found when it was loaded may have changed. in-container sources it, with $root, $install_dir and others set; like
# that it starts no program.

# Where the image is looked for when the install dir has none, whole paths.
central_images=('/appl/local/containers/easybuild-sif-images/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif')  # filled in by ctinstall
# Each: host path, path in the container, `:ro` or nothing, `required` or `optional`.
module_binds=('/pfs' '/pfs' '' 'optional' '/scratch' '/scratch' '' 'optional' '/projappl' '/projappl' '' 'optional' '/project' '/project' '' 'optional' '/flash' '/flash' '' 'optional' '/appl' '/appl' '' 'optional' '/opt/cray' '/opt/cray' '' 'optional' '/var/spool/slurmd' '/var/spool/slurmd' '' 'optional' '/usr/lib64/libcxi.so.1' '/usr/lib64/libcxi.so.1' '' 'optional' '/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts' '/runscripts' ':ro' 'required')  # filled in by ctinstall
# Where user software is seen in the container.
user_software='/user-software'  # filled in by ctinstall
# Each: name=value.
module_variables=('CONTAINERROOT=/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0' 'EBROOTMPI4PY=/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0' 'EBVERSIONMPI4PY=3.1.6' 'RUNSCRIPTS=/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts' 'RUNSCRIPTSMPI4PY=/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts' 'NCCL_SOCKET_IFNAME=hsn' 'NCCL_NET_GDR_LEVEL=3')  # filled in by ctinstall
# Each: name and value, escaped for the runtime.
container_variables=('PYTHONNOUSERSITE' '1' 'PIP_USER' '0' 'WITH_CONDA' 'source /opt/miniconda3/bin/activate mpi4py')  # filled in by ctinstall
# The virtual environment's comes after the first.
container_path=('/runscripts')  # filled in by ctinstall
# The virtual environment that is active where CTINSTALL_VENV names none; may be empty.
default_venv='mpi4py'  # filled in by ctinstall
# Where they are in the container, escaped too.
venvs_inside='/user-software/venv'  # filled in by ctinstall
# Inside the container while the user software is packed, escaped too.
packed_variables=('PIP_PYTHON' '/runscripts/pip-when-packed')  # filled in by ctinstall

# Sets $image and $joined, the binds, and exports what the module would.
set_up_environment() {
  local venv is_loaded='' theirs=()
  if [[ $root != "$install_dir" ]]; then
    # shellcheck source-path=SCRIPTDIR source=in-container-more.bash
    . "$root/.ctinstall/in-container-more.bash" || exit 1
    relocate_all
  fi
  if [[ ${CONTAINERROOT-} ]]; then
    if [[ $CONTAINERROOT -ef $root ]]; then
      is_loaded=yes
    elif [[ -f $CONTAINERROOT/.ctinstall/in-container.bash ]]; then
      # shellcheck source-path=SCRIPTDIR source=in-container-more.bash
      . "$root/.ctinstall/in-container-more.bash" || exit 1
      forget_loaded_module
    fi
  fi
  if [[ $is_loaded ]]; then image=${!image_variable-}; else image=; fi
  if [[ ! $image || ! -e $image ]]; then find_image; fi
  collect_binds
  choose_venv
  set_variables
  join_path
  if [[ $is_loaded ]]; then return; fi
  export SIF="$image" "$image_variable=$image" ${module_variables[@]+"${module_variables[@]}"}
}

# Those of the container, under both names with one value: SingularityCE knows only the first, Apptainer prefers the second and
# warns of a difference. What the user has set counts: any value that the module has not set.
set_variables() {
  local at singularity apptainer value own=()
  if [[ -f $root/user-software.squashfs ]]; then
    own=(${packed_variables[@]+"${packed_variables[@]}"})
  elif [[ $is_loaded ]]; then
    # They count no more if it was packed when the module was loaded.
    for ((at = 0; at < ${#packed_variables[@]}; at += 2)); do
      singularity=SINGULARITYENV_${packed_variables[at]} apptainer=APPTAINERENV_${packed_variables[at]}
      if [[ ${!apptainer-} == "${packed_variables[at + 1]}" ]]; then unset "$singularity" "$apptainer"; fi
    done
  fi
  if [[ $venv ]]; then export SINGULARITYENV_VIRTUAL_ENV=$venvs_inside/$venv APPTAINERENV_VIRTUAL_ENV=$venvs_inside/$venv; fi
  set -- ${container_variables[@]+"${container_variables[@]}"} ${own[@]+"${own[@]}"}
  while (($# > 0)); do
    singularity=SINGULARITYENV_$1 apptainer=APPTAINERENV_$1 value=$2
    if [[ ${!apptainer-$2} != "$2" ]]; then
      value=${!apptainer}
    elif [[ ${!singularity-$2} != "$2" ]]; then
      value=${!singularity}
    fi
    export "$singularity=$value" "$apptainer=$value"
    shift 2
  done
}

find_image() {
  local candidate
  for candidate in "$root/$image_file" ${central_images[@]+"${central_images[@]}"}; do
    if [[ -f $candidate ]]; then
      image=$candidate
      return
    fi
  done
  fail "the image of $module is gone: \`$image_file\` is neither in \`$root\` nor in an image directory" \
    'install it again: ctinstall --rebuild'
}

# Sets $venv to the name of the active virtual environment.
choose_venv() {
  venv=$default_venv
  if [[ $is_loaded ]]; then
    # It was named when the module was loaded.
    venv=${APPTAINERENV_VIRTUAL_ENV-${SINGULARITYENV_VIRTUAL_ENV-}}
    if [[ $venv == "$venvs_inside"/* ]]; then venv=${venv#"$venvs_inside"/}; else venv=; fi
  elif [[ ${CTINSTALL_VENV-} ]]; then
    # shellcheck source-path=SCRIPTDIR source=in-container-more.bash
    . "$root/.ctinstall/in-container-more.bash" || exit 1
    choose_named_venv
  fi
}

# Sets the beginning of the container's PATH: ours, then the user's.
join_path() {
  local at value=${APPTAINERENV_PREPEND_PATH-} other=${SINGULARITYENV_PREPEND_PATH-}
  local path=${container_path[0]}${venv:+:$venvs_inside/$venv/bin}
  for ((at = 1; at < ${#container_path[@]}; at++)); do path+=:${container_path[at]}; done
  if [[ $other != "$value" ]]; then value+=${value:+:}$other; fi
  if [[ $value == "$path" ]]; then value=; fi
  if [[ $value ]]; then
    # shellcheck source-path=SCRIPTDIR source=in-container-more.bash
    . "$root/.ctinstall/in-container-more.bash" || exit 1
    without_own_path "$value"
  fi
  path+=${value:+:$value}
  export SINGULARITYENV_PREPEND_PATH=$path APPTAINERENV_PREPEND_PATH=$path
}

# Sets $joined to the binds of the module and then the user's, each place in the container once. Where both name one place
# the user's counts, as it does in the module.
collect_binds() {
  local taken=, user_binds=''
  # update-squashfs has another one for a while.
  if [[ ${CTINSTALL_USER_SOFTWARE-} ]]; then
    module_binds+=("$CTINSTALL_USER_SOFTWARE" "$user_software" '' required)
  elif [[ -f $root/user-software.squashfs ]]; then
    module_binds+=("$root/user-software.squashfs" "$user_software" ':ro,image-src=/' optional)
  else
    module_binds+=("$root/user-software" "$user_software" '' optional)
  fi
  join_module_binds
  if [[ ${SINGULARITY_BIND-} != "${APPTAINER_BIND-}" || ${SINGULARITY_BINDPATH-}${APPTAINER_BINDPATH-} ||
    ${SINGULARITY_BIND-} && $SINGULARITY_BIND != "$joined" ]]; then
    # shellcheck source-path=SCRIPTDIR source=in-container-more.bash
    . "$root/.ctinstall/in-container-more.bash" || exit 1
    read_user_binds
    join_module_binds
    joined+=${user_binds:+${joined:+,}$user_binds}
    unset SINGULARITY_BINDPATH APPTAINER_BINDPATH
  fi
  export SINGULARITY_BIND=$joined APPTAINER_BIND=$joined
}

join_module_binds() {
  local at host
  joined=
  for ((at = 0; at < ${#module_binds[@]}; at += 4)); do
    host=${module_binds[at]}
    if [[ $taken == *",${module_binds[at + 1]},"* ]]; then continue; fi
    if [[ -e $host ]]; then
      joined+=${joined:+,}$host:${module_binds[at + 1]}${module_binds[at + 2]}
    elif [[ ${module_binds[at + 3]} == required ]]; then
      fail "\`$host\` is not on this node, but $module needs it bound in the container" \
        'try another node, or ask your support team'
    fi
  done
}
