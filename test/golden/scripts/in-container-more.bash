# shellcheck shell=bash disable=SC2034,SC2154
# in-container-more.bash: what few starts of a wrapper need, of what on-host.bash does: another module is loaded, the user has
# binds, or names a virtual environment, or the install was moved. That one sources it; like that it starts no program.

# What lay in the install lies where it is now.
relocate_all() {
  local at
  for ((at = 0; at < ${#module_binds[@]}; at += 4)); do
    relocate "${module_binds[at]}" && module_binds[at]=$relocated
    case ${module_binds[at + 1]} in
      "$install_dir"/*) relocate "${module_binds[at + 1]}" && module_binds[at + 1]=$relocated ;;
    esac
  done
  for ((at = 0; at < ${#module_variables[@]}; at++)); do
    relocate "${module_variables[at]#*=}" && module_variables[at]=${module_variables[at]%%=*}=$relocated
  done
  for ((at = 2; at < ${#module_paths[@]}; at += 3)); do relocate "${module_paths[at]}" && module_paths[at]=$relocated; done
}

relocate() {
  relocated=$1
  case $1 in "$install_dir" | "$install_dir"/*) relocated=$root${1#"$install_dir"} ;; esac
}

# Takes variables of the container away that have the value which a module gives them.
forget_inside() { # name, value…
  local variable
  while (($# > 0)); do
    for variable in "SINGULARITYENV_$1" "APPTAINERENV_$1"; do
      if [[ ${!variable-} == "$2" ]]; then unset "$variable"; fi
    done
    shift 2
  done
}

# Sets $value to a list for PATH without what a module with these values has put there.
without_own_path() { # list
  local entry IFS=:
  local ours=:${container_path[*]}:
  value=
  set -f
  for entry in $1; do
    if [[ $entry && $ours != *":$entry:"* && $entry != "$venvs_inside"/*/bin ]]; then value+=${value:+:}$entry; fi
  done
  set +f
}

# The module of another install is loaded: takes away what it has set for its own container, and leaves what the user has.
# Its binds go to $theirs.
forget_loaded_module() {
  local central_images module_binds user_software module_variables default_variables container_variables container_path default_venv
  local container_paths module_paths venvs_inside packed_variables mpi_variables=() name value variable at other=$CONTAINERROOT
  # shellcheck source=/dev/null
  . "$other/.ctinstall/in-container.bash" || return 0
  for ((at = 0; at < ${#module_binds[@]}; at += 4)); do
    theirs+=("${module_binds[at]}:${module_binds[at + 1]}${module_binds[at + 2]}")
  done
  theirs+=("$other/user-software:$user_software" "$other/user-software.squashfs:$user_software:ro")
  forget_inside ${container_variables[@]+"${container_variables[@]}"} ${packed_variables[@]+"${packed_variables[@]}"}
  # Its flags for GPUs: those that this one gets, it finds itself.
  for name in {SINGULARITY,APPTAINER}_{NV,NVCCLI,ROCM}; do
    if [[ ${!name-} == 1 ]]; then unset "$name"; fi
  done
  for ((at = 0; at < ${#mpi_variables[@]}; at += 3)); do forget_inside "${mpi_variables[@]:at:2}"; done
  for ((at = 0; at < ${#container_paths[@]}; at += 4)); do unextend_inside "${container_paths[@]:at:4}"; done
  for variable in SINGULARITYENV APPTAINERENV; do
    name=${variable}_VIRTUAL_ENV
    if [[ ${!name-} == "$venvs_inside"/* ]]; then unset "$name"; fi
    name=${variable}_PREPEND_PATH
    if [[ ${!name-} ]]; then
      without_own_path "${!name}"
      if [[ $value ]]; then export "$name=$value"; else unset "$name"; fi
    fi
  done
  unset CONTAINERROOT
}

# Leaves what the user had in a path variable before that module put something around it.
unextend_inside() { # name, value, before, behind
  local name yours
  for name in "SINGULARITYENV_$1" "APPTAINERENV_$1"; do
    yours=${!name-}
    if [[ $yours == "$2" ]]; then yours=; fi
    if [[ $yours == "$3"*"$4" ]]; then yours=${yours#"$3"} && yours=${yours%"$4"}; fi
    if [[ $yours ]]; then export "$name=$yours"; else unset "$name"; fi
  done
}

# Sets $active_venv to the one that the user names. What is packed cannot be looked into.
choose_named_venv() {
  local directory=$root/user-software/venv entry there=
  # What is meant for other modules is nothing to an install that has none.
  if [[ ! $default_venv && ! -d $directory && ! -f $root/user-software.squashfs ]]; then return; fi
  active_venv=$CTINSTALL_VENV
  if [[ ! $active_venv =~ ^[A-Za-z0-9][A-Za-z0-9._+-]*$ ]]; then
    fail 'CTINSTALL_VENV must be the name of a virtual environment: letters, digits and . _ + -' 'unset it, or set it to one'
  fi
  # One that is not whole, since its making was stopped or goes on, has a file beside it.
  if [[ -f $root/user-software.squashfs || -d $directory/$active_venv && ! -f $directory/.$active_venv.incomplete ]]; then return; fi
  for entry in "$directory"/[A-Za-z0-9]*; do
    if [[ -f $entry/pyvenv.cfg && ${entry##*/} =~ ^[A-Za-z0-9._+-]+$ && ! -f $directory/.${entry##*/}.incomplete ]]; then there+=${there:+, }${entry##*/}; fi
  done
  fail "CTINSTALL_VENV names a virtual environment that is not there: $active_venv. There are: $there" \
    "unset it, or make one: ctinstall venv create $module --name <name>"
}

# Makes $joined anew from the binds of the module, but for places that the user's take, and the user's.
join_user_binds() {
  local at taken=, user_binds=
  read_user_binds
  joined=
  for ((at = 0; at < ${#module_binds[@]}; at += 4)); do
    if [[ -e ${module_binds[at]} && $taken != *",${module_binds[at + 1]},"* ]]; then
      joined+=${joined:+,}${module_binds[at]}:${module_binds[at + 1]}${module_binds[at + 2]}
    fi
  done
  joined+=${user_binds:+${joined:+,}$user_binds}
  unset SINGULARITY_BINDPATH APPTAINER_BINDPATH
}

# Sets $user_binds, and $taken, their places, from the four variables that the runtimes read. What a loaded module has put
# there is no bind of the user's. A `ro` or `image-src=…` of its own belongs to the bind before it; a comma or colon behind a
# backslash to a path.
read_user_binds() {
  local variable given='' at entry place known=, is_kept='' IFS=,
  for variable in APPTAINER_BIND SINGULARITY_BIND APPTAINER_BINDPATH SINGULARITY_BINDPATH; do
    if [[ ${!variable-} && ,$given, != *",${!variable},"* ]]; then given+=${given:+,}${!variable}; fi
  done
  for ((at = 0; at < ${#module_binds[@]}; at += 4)); do
    known+=${module_binds[at]}:${module_binds[at + 1]}${module_binds[at + 2]%%,*},
  done
  known+=$root/user-software:$user_software,$root/user-software.squashfs:$user_software:ro,
  for entry in ${theirs[@]+"${theirs[@]}"}; do known+=$entry,; done
  given=${given//\\,/$'\1'}
  given=${given//\\:/$'\2'}
  set -f
  for entry in $given; do
    while [[ $entry == [[:blank:]]* ]]; do entry=${entry#?}; done
    while [[ $entry == *[[:blank:]] ]]; do entry=${entry%?}; done
    case $entry in
      '') ;;
      ro | rw | image-src=* | id=*) if [[ $is_kept ]]; then user_binds+=,$entry; fi ;;
      *) add_user_bind ;;
    esac
  done
  set +f
}

# One of them: $entry. Sets $is_kept.
add_user_bind() {
  is_kept=
  if [[ $known == *",$entry,"* ]]; then return; fi
  place=$entry
  if [[ $entry == *:* ]]; then place=${entry#*:} && place=${place%%:*}; fi
  while [[ $place == *//* ]]; do place=${place//\/\//\/}; done
  if [[ $place != / ]]; then place=${place%/}; fi
  case $place in
    # Each install has its own, and a module of another kind that is loaded, such as EasyBuild's, may have too.
    /runscripts) return ;;
    "$user_software")
      if [[ ! $is_loaded || ${CTINSTALL_USER_SOFTWARE-} || $entry == "$CONTAINERROOT"/* ]]; then return; fi
      ;;
  esac
  if [[ $taken == *",$place,"* ]]; then return; fi
  taken+=$place, is_kept=yes
  entry=${entry//$'\1'/\\,}
  user_binds+=${user_binds:+,}${entry//$'\2'/\\:}
}

# Console scripts that pip has just brought, and that have no wrapper.
tell_of_new_scripts() {
  local script names=''
  for script in "$root"/user-software/venv/*/bin/*; do
    case " ${scripts_before[*]} " in *" $script "*) continue ;; esac
    case ${script##*/} in python* | pip* | activate* | *[![:print:]]*) continue ;; esac
    if [[ -f $script && -x $script && ! -e $root/bin/${script##*/} ]]; then names+=${names:+, }${script##*/}; fi
  done
  if [[ $names ]]; then
    printf '%s\n' "note: only the container knows $names; to call them from here: ctinstall wrappers update $module" >&2
  fi
}
