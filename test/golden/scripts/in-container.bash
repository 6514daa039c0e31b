# shellcheck shell=bash disable=SC2034,SC2154
# in-container.bash: what the module sets up, for wrappers that are used without it: from a Jupyter kernel, or a copy of the
# install. in-container sources it, with $root, $install_dir and others set; like that it starts no program.

# Where the image is looked for when the install dir has none, whole paths.
central_images=('/appl/local/containers/easybuild-sif-images/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif')  # filled in by ctinstall
# Each: host path, path in the container, `:ro` or nothing, `required` or `optional`.
module_binds=('/pfs' '/pfs' '' 'optional' '/scratch' '/scratch' '' 'optional' '/projappl' '/projappl' '' 'optional' '/project' '/project' '' 'optional' '/flash' '/flash' '' 'optional' '/appl' '/appl' '' 'optional' '/opt/cray' '/opt/cray' '' 'optional' '/var/spool/slurmd' '/var/spool/slurmd' '' 'optional' '/usr/lib64/libcxi.so.1' '/usr/lib64/libcxi.so.1' '' 'optional' '/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts' '/runscripts' ':ro' 'required')  # filled in by ctinstall
# Where user software is seen in the container.
user_software='/user-software'  # filled in by ctinstall
# Each: name and value. Those of the container are escaped for the runtime.
module_variables=('CONTAINERROOT' '/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0' 'EBROOTMPI4PY' '/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0' 'EBVERSIONMPI4PY' '3.1.6' 'RUNSCRIPTS' '/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts' 'RUNSCRIPTSMPI4PY' '/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts' 'NCCL_SOCKET_IFNAME' 'hsn' 'NCCL_NET_GDR_LEVEL' '3')  # filled in by ctinstall
# Path variables of the module. Each: name, `prepend` or `append`, a path.
module_paths=()  # filled in by ctinstall
container_variables=('WITH_CONDA' 'source /opt/miniconda3/bin/activate mpi4py')  # filled in by ctinstall
# Path variables inside. Each: name, value, and what comes in front of and behind what the user has set in its place.
container_paths=()  # filled in by ctinstall
# The virtual environment's comes after the first.
container_path=('/runscripts')  # filled in by ctinstall
# The virtual environment that is active where CTINSTALL_VENV names none; may be empty.
default_venv='mpi4py'  # filled in by ctinstall
# Where they are in the container, escaped too.
venvs_inside='/user-software/venv'  # filled in by ctinstall
# Inside the container while the user software is packed, escaped too.
packed_variables=('PIP_USER' '0' 'PIP_PYTHON' '/runscripts/pip-when-packed')  # filled in by ctinstall

# Sets $image, and exports what the module would.
set_up_environment() {
  local at prefix path venv variables
  find_image
  collect_binds
  choose_venv
  variables=(${container_variables[@]+"${container_variables[@]}"})
  for ((at = 0; at < ${#container_paths[@]}; at += 4)); do extend_inside "${container_paths[@]:at:4}"; done
  if [[ $venv ]]; then variables+=(VIRTUAL_ENV "$venvs_inside/$venv"); fi
  if [[ -f $root/user-software.squashfs ]]; then variables+=(${packed_variables[@]+"${packed_variables[@]}"}); fi
  path=${APPTAINERENV_PREPEND_PATH-}
  path=${path:-${SINGULARITYENV_PREPEND_PATH-}}
  for ((at = ${#container_path[@]} - 1; at > 0; at--)); do path=${container_path[at]}${path:+:$path}; done
  path=${container_path[0]}${venv:+:$venvs_inside/$venv/bin}${path:+:$path}
  # Both names with one value: SingularityCE knows only the first, Apptainer prefers the second and warns of a difference.
  for prefix in SINGULARITY APPTAINER; do
    export "${prefix}_BIND=$joined" "${prefix}ENV_PREPEND_PATH=$path"
    unset "${prefix}_BINDPATH"
    for ((at = 0; at < ${#variables[@]}; at += 2)); do
      export "${prefix}ENV_${variables[at]}=${variables[at + 1]}"
    done
  done
  for ((at = 0; at < ${#module_paths[@]}; at += 3)); do extend_outside "${module_paths[@]:at:3}"; done
  for ((at = 0; at < ${#module_variables[@]}; at += 2)); do
    relocate "${module_variables[at + 1]}"
    export "${module_variables[at]}=$relocated"
  done
  export SIF="$image" "$image_variable=$image"
}

extend_inside() { # name, value, before, behind
  local apptainer=APPTAINERENV_$1 singularity=SINGULARITYENV_$1 yours
  yours=${!apptainer:-${!singularity-}}
  if [[ $yours ]]; then variables+=("$1" "$3$yours$4"); else variables+=("$1" "$2"); fi
}

extend_outside() { # name, prepend or append, path
  relocate "$3"
  if [[ $2 == prepend ]]; then export "$1=$relocated${!1:+:${!1}}"; else export "$1=${!1:+${!1}:}$relocated"; fi
}

# The install may have been moved or copied: what lay in it lies where it is now.
relocate() {
  relocated=$1
  case $1 in "$install_dir" | "$install_dir"/*) relocated=$root${1#"$install_dir"} ;; esac
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

# Sets $venv to the name of the active virtual environment. What is packed cannot be looked into.
choose_venv() {
  local directory=$root/user-software/venv entry there=
  venv=${CTINSTALL_VENV-}
  if [[ ! $venv ]]; then
    venv=$default_venv
    return
  fi
  if [[ ! $venv =~ ^[A-Za-z0-9][A-Za-z0-9._+-]*$ ]]; then
    fail 'CTINSTALL_VENV must be the name of a virtual environment: letters, digits and . _ + -' 'unset it, or set it to one'
  fi
  # One that is not whole, since its making was stopped or goes on, has a file beside it.
  if [[ -f $root/user-software.squashfs || -d $directory/$venv && ! -f $directory/.$venv.incomplete ]]; then return; fi
  for entry in "$directory"/[A-Za-z0-9]*; do
    if [[ -f $entry/pyvenv.cfg && ! -f $directory/.${entry##*/}.incomplete ]]; then there+=${there:+, }${entry##*/}; fi
  done
  fail "CTINSTALL_VENV names a virtual environment that is not there: $venv. There are: $there" \
    "unset it, or make one: ctinstall venv create $module --name <name>"
}

# Sets $joined to the binds of the module and then the user's. Where both name one place in the container the user's counts,
# as it does in the module, but for the places that each install has of its own: another module may be loaded.
collect_binds() {
  local at host place IFS=, given='' variable user_places=() user_binds=()
  joined=
  # Apptainer's variables stand for SingularityCE's, where both say the same.
  for variable in APPTAINER_BIND SINGULARITY_BIND APPTAINER_BINDPATH SINGULARITY_BINDPATH; do
    if [[ ${!variable-} && ,$given, != *",${!variable},"* ]]; then given+=${given:+,}${!variable}; fi
  done
  set -f
  # shellcheck disable=SC2086
  split_binds $given
  set +f
  for ((at = 0; at < ${#module_binds[@]}; at += 4)); do
    relocate "${module_binds[at]}"
    host=$relocated place=${module_binds[at + 1]}
    if [[ $place == "$install_dir"/* ]]; then relocate "$place" && place=$relocated; fi
    add_module_bind "$host" "$place" "${module_binds[at + 2]}" "${module_binds[at + 3]}"
  done
  # update-squashfs has another one for a while.
  if [[ ${CTINSTALL_USER_SOFTWARE-} ]]; then
    add_module_bind "$CTINSTALL_USER_SOFTWARE" "$user_software" '' required
  elif [[ -f $root/user-software.squashfs ]]; then
    add_module_bind "$root/user-software.squashfs" "$user_software" :ro,image-src=/ optional
  else
    add_module_bind "$root/user-software" "$user_software" '' optional
  fi
  for ((at = 0; at < ${#user_binds[@]}; at++)); do joined+=${joined:+,}${user_binds[at]}; done
}

# Sorts the user's binds, given as words. A `ro` or `image-src=…` of its own belongs to the bind before it.
split_binds() {
  local entry place last=
  for entry; do
    case $entry in
      '') continue ;;
      ro | rw | image-src=* | id=*)
        if [[ $last ]]; then user_binds[${#user_binds[@]} - 1]+=,$entry; fi
        continue
        ;;
    esac
    place=$entry
    if [[ $entry == *:* ]]; then place=${entry#*:} && place=${place%%:*}; fi
    last=
    case $place in
      /runscripts | "$user_software") continue ;;
    esac
    user_binds+=("$entry")
    user_places+=("${place%/}")
    last=yes
  done
}

add_module_bind() { # host path, path in the container, options, required or optional
  local taken
  for taken in ${user_places[@]+"${user_places[@]}"}; do
    if [[ $taken == "$2" ]]; then return; fi
  done
  if [[ -e $1 ]]; then
    joined+=${joined:+,}$1:$2$3
  elif [[ $4 == required ]]; then
    fail "\`$1\` is not on this node, but $module needs it bound in the container" \
      'try another node, or ask your support team'
  fi
}
