# shellcheck shell=bash disable=SC2034,SC2086,SC2154,SC2206
# on-host.bash: what a wrapper does on the host, up to the `exec` of the runtime: it sets up what the module does, anew at each
# start, since the module may not be loaded, or another one, and what it found when it was loaded may have changed. in-container
# sources it, with $root, $name, $command and others set; like that it starts no program.
#
# One command after the other: bash copies the body of a function whenever it is called. What few starts need is in
# in-container-more.bash and container-env-more.bash, which would take longer to read than all here takes to run.

# shellcheck source-path=SCRIPTDIR source=in-container.bash
. "$root/.ctinstall/in-container.bash" || exit 1
# shellcheck source-path=SCRIPTDIR source=container-env.bash
. "$root/.ctinstall/container-env.bash" || exit 1

read_more() {
  # It is checked by itself.
  # shellcheck source=/dev/null
  . "$root/.ctinstall/in-container-more.bash" || exit 1
}

# ---- the module and its image

is_loaded='' theirs=()
if [[ $root != "$install_dir" ]]; then
  read_more
  relocate_all
fi
if [[ ${CONTAINERROOT-} ]]; then
  if [[ $CONTAINERROOT -ef $root ]]; then
    is_loaded=yes
  elif [[ -f $CONTAINERROOT/.ctinstall/in-container.bash ]]; then
    read_more
    forget_loaded_module
  fi
fi
image=
if [[ $is_loaded ]]; then image=${!image_variable-}; fi
if [[ ! $image || ! -e $image ]]; then
  image=
  for candidate in "$root/$image_file" ${central_images[@]+"${central_images[@]}"}; do
    if [[ ! $image && -f $candidate ]]; then image=$candidate; fi
  done
  if [[ ! $image ]]; then
    fail "the image of $module is gone: \`$image_file\` is neither in \`$root\` nor in an image directory" \
      "install it again: ctinstall --rebuild $module"
  fi
fi

# ---- binds: $joined gets those of the module and then the user's, each place in the container once. Where both name one place
# the user's counts, as it does in the module.

is_packed=
if [[ -f $root/user-software.squashfs ]]; then is_packed=yes; fi
# update-squashfs has another one for a while.
if [[ ${CTINSTALL_USER_SOFTWARE-} ]]; then
  module_binds+=("$CTINSTALL_USER_SOFTWARE" "$user_software" '' required)
elif [[ $is_packed ]]; then
  module_binds+=("$root/user-software.squashfs" "$user_software" ':ro,image-src=/' optional)
else
  module_binds+=("$root/user-software" "$user_software" '' optional)
fi
joined=
for ((at = 0; at < ${#module_binds[@]}; at += 4)); do
  if [[ -e ${module_binds[at]} ]]; then
    joined+=${joined:+,}${module_binds[at]}:${module_binds[at + 1]}${module_binds[at + 2]}
  elif [[ ${module_binds[at + 3]} == required ]]; then
    fail "\`${module_binds[at]}\` is not on this node, but $module needs it bound in the container" \
      'try another node, or ask your support team'
  fi
done
if [[ ${SINGULARITY_BIND-} != "${APPTAINER_BIND-}" || ${SINGULARITY_BINDPATH-}${APPTAINER_BINDPATH-} ||
  ${SINGULARITY_BIND-} && $SINGULARITY_BIND != "$joined" ]]; then
  read_more
  join_user_binds
fi

# ---- variables of the container, under both names with one value: SingularityCE knows only the first, Apptainer prefers the
# second and warns of a difference. What the user has set counts: any value that the module has not set.

# The name of the active virtual environment.
active_venv=$default_venv
if [[ $is_loaded ]]; then
  # It was named when the module was loaded.
  active_venv=${APPTAINERENV_VIRTUAL_ENV-${SINGULARITYENV_VIRTUAL_ENV-}}
  if [[ $active_venv == "$venvs_inside"/* ]]; then active_venv=${active_venv#"$venvs_inside"/}; else active_venv=; fi
  # These count no more if it was packed when the module was loaded.
  for ((at = 0; at < ${#packed_variables[@]}; at += 2)); do
    singularity=SINGULARITYENV_${packed_variables[at]} apptainer=APPTAINERENV_${packed_variables[at]}
    if [[ ! $is_packed && ${!apptainer-} == "${packed_variables[at + 1]}" ]]; then unset "$singularity" "$apptainer"; fi
  done
elif [[ ${CTINSTALL_VENV-} ]]; then
  read_more
  choose_named_venv
fi
if [[ $active_venv ]]; then
  export SINGULARITYENV_VIRTUAL_ENV=$venvs_inside/$active_venv APPTAINERENV_VIRTUAL_ENV=$venvs_inside/$active_venv
fi
if [[ $is_packed ]]; then container_variables+=(${packed_variables[@]+"${packed_variables[@]}"}); fi
for ((at = 0; at < ${#mpi_variables[@]}; at += 3)); do
  variable=${mpi_variables[at]} other=${mpi_variables[at + 2]}
  if [[ ! ${!variable-} && ! ( $other && ${!other-} ) ]]; then container_variables+=("$variable" "${mpi_variables[at + 1]}"); fi
done
for ((at = 0; at < ${#container_variables[@]}; at += 2)); do
  singularity=SINGULARITYENV_${container_variables[at]} apptainer=APPTAINERENV_${container_variables[at]}
  value=${container_variables[at + 1]}
  if [[ ${!apptainer-$value} != "$value" ]]; then value=${!apptainer}; else value=${!singularity-$value}; fi
  export "$singularity=$value" "$apptainer=$value"
done
for ((at = 0; at < ${#container_paths[@]}; at += 4)); do
  singularity=SINGULARITYENV_${container_paths[at]} apptainer=APPTAINERENV_${container_paths[at]}
  value=${container_paths[at + 1]} yours=${!apptainer:-${!singularity-}}
  # The module, where it is loaded, has put its own around it.
  if [[ $is_loaded && $yours ]]; then
    value=$yours
  elif [[ $yours ]]; then
    value=${container_paths[at + 2]}$yours${container_paths[at + 3]}
  fi
  export "$singularity=$value" "$apptainer=$value"
done

# The beginning of its PATH: ours, then the user's.
path=${container_path[0]}${active_venv:+:$venvs_inside/$active_venv/bin}
for ((at = 1; at < ${#container_path[@]}; at++)); do path+=:${container_path[at]}; done
value=${APPTAINERENV_PREPEND_PATH-} other=${SINGULARITYENV_PREPEND_PATH-}
if [[ $other != "$value" ]]; then value+=${value:+:}$other; fi
if [[ $value == "$path" ]]; then value=; fi
if [[ $value ]]; then
  read_more
  without_own_path "$value"
fi
path+=${value:+:$value}

# ---- the module's own variables

if [[ ! $is_loaded ]]; then
  for ((at = 0; at < ${#module_paths[@]}; at += 3)); do
    variable=${module_paths[at]} value=${module_paths[at + 2]}
    if [[ ${module_paths[at + 1]} == prepend ]]; then
      export "$variable=$value${!variable:+:${!variable}}"
    else
      export "$variable=${!variable:+${!variable}:}$value"
    fi
  done
  # What the user has set counts.
  for ((at = 0; at < ${#default_variables[@]}; at += 2)); do
    variable=${default_variables[at]} value=${default_variables[at + 1]}
    if [[ ! ${!variable-} ]]; then export "$variable=${value//\$USER/${USER-}}"; fi
  done
  export SIF="$image" "$image_variable=$image" ${module_variables[@]+"${module_variables[@]}"}
fi

# ---- options of the runtime

options=()
for ((at = 0; at < ${#binds[@]}; at += 3)); do
  if [[ -e ${binds[at]} ]]; then
    options+=(--bind "${binds[at]}${binds[at + 1]}")
  elif [[ ${binds[at + 2]} == required ]]; then
    fail "\`${binds[at]}\` is not on this node, but \`$name\` needs it bound in the container" \
      'try another node, or ask your support team'
  fi
done
case $gpu in auto | nv) if [[ -e /dev/nvidiactl ]]; then options+=("$nv_flag"); fi ;; esac
case $gpu in auto | rocm) if [[ -e /dev/kfd ]]; then options+=(--rocm); fi ;; esac
if [[ ${CTINSTALL_RUNTIME_OPTIONS-} ]]; then
  # Words, with `*` left alone.
  set -f
  options+=($CTINSTALL_RUNTIME_OPTIONS)
  set +f
fi

# A virtual environment that is active on the host, and was made on top of this install, is active in there too.
active=${VIRTUAL_ENV-}
if [[ $venv ]]; then active=$venv; elif [[ ! $active || ! $active/bin/python -ef $self ]]; then active=; fi
if [[ $active ]]; then
  if [[ ,$joined, != *",$root/bin:$root/bin:ro,"* ]]; then options+=(--bind "$root/bin:$root/bin:ro"); fi
  export SINGULARITYENV_VIRTUAL_ENV=$active APPTAINERENV_VIRTUAL_ENV=$active
  path=$active/bin:$path
fi
export SINGULARITYENV_PREPEND_PATH=$path APPTAINERENV_PREPEND_PATH=$path

# ---- the command

if [[ $venv ]]; then
  # In there it finds this script again, by the link, and Python by its name.
  command=$self
elif [[ ${1-} == -m && ${2-} == venv && $command == python* && ${#arguments[@]} == 0 ]]; then
  # The links of a new virtual environment must lead here, not to what is only in the container.
  arguments=("$root/bin/$name" "$command")
  command=/runscripts/make-venv
  shift 2
fi
# A virtual environment on top has been told where its packages are; conda's own variables still count.
if [[ $activate ]]; then
  arguments=("$command" ${arguments[@]+"${arguments[@]}"})
  command=$activate
fi
# Others of the group are to use what is installed into user software. What programs write is the caller's own.
if [[ $software_umask && -d $root/user-software ]]; then
  case $name:${1-}:${2-} in
    pip*:install:* | python*:-m:pip | uv:* | conda:* | mamba:* | micromamba:*) umask "$software_umask" ;;
  esac
fi

# What pip brings that can be called may have no wrapper yet: it is said afterwards, unless pip is to be quiet.
scripts_before=()
tells_of_scripts=
if [[ -d $root/user-software/venv && ! -e $root/user-software.squashfs && " $* " != *' '@(-q|--quiet)' '* ]]; then
  case $name:${1-}:${2-}:${3-} in
    pip*:install:* | python*:-m:pip:install | uv:pip:install:*)
      tells_of_scripts=yes
      scripts_before=("$root"/user-software/venv/*/bin/*)
      ;;
  esac
fi

# ---- the host's variables, as docs/container-environment.md of ctinstall lists them: what the container is not to see goes

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

read_container_env_more() {
  # shellcheck source=/dev/null
  . "$root/.ctinstall/container-env-more.bash" || exit 1
}

# The beginning of a command line: functions that the host's shell exports can be taken away by no builtin.
cleaner=() callers_own=()
mapfile -d '' -t entries 2>/dev/null </proc/self/environ
if [[ ${CTINSTALL_CONTAINER_ENV_PASS-}${CTINSTALL_CONTAINER_ENV_DROP-}$dropped_patterns ]]; then
  read_container_env_more
  follow_wishes
else
  unset -v $dropped
  # Few begin like functions, like names of these scripts, or like what is dropped by its beginning. To go through all others
  # one by one would take longer than all else here.
  initials='B[:lower:]' beginnings=${dropped_beginnings// /|}
  for beginning in $dropped_beginnings; do initials+=${beginning::1}; done
  set -f
  IFS=
  suspects=(${entries[@]/#[!$initials]*})
  unset IFS
  set +f
  for entry in ${suspects[@]+"${suspects[@]}"}; do
    if [[ $entry == [[:lower:]]* ]]; then
      callers_own+=("$entry")
    elif [[ $entry == BASH_FUNC_* ]]; then
      cleaner+=(-u "${entry%%=*}")
    elif [[ $beginnings && $entry == @($beginnings)* ]]; then
      # What no shell can name stays.
      passes "${entry%%=*}" || unset -v "${entry%%=*}" 2>/dev/null
    fi
  done
fi

# A locale, or a path in a variable or of the current directory, that the container may lack.
looked=
for variable in LANG "${!LC_@}"; do
  case ${!variable-} in '' | C | POSIX | C.UTF-8 | C.utf8) ;; *) looked=yes ;; esac
done
# All values one behind the other: ${TMPDIR-}${TMP-}…
eval "paths=\${${path_variables// /-\}\$\{}-}"
case $paths in '' | /tmp) ;; *) looked=yes ;; esac
part=$PWD
while [[ $part == /* ]]; do
  if [[ -L $part ]]; then looked=yes; fi
  part=${part%/*}
done
if [[ $looked ]]; then
  read_container_env_more
  mend_locale
  bind_named_paths
  bind_current_directory
fi
export SINGULARITY_BIND=$joined APPTAINER_BIND=$joined

# ---- the runtime

if ((${#cleaner[@]} > 0)); then
  # In this locale `env` starts in two thirds of the time; the runtime gets the caller's.
  cleaner=(/usr/bin/env "${cleaner[@]}" -u LC_ALL ${LC_ALL+"LC_ALL=$LC_ALL"})
  export LC_ALL=C
fi
# The two runtimes take the same command: where one has been replaced by the other, the module goes on working. Any other that
# is asked for by the variable is meant.
runtimes=("${CTINSTALL_RUNTIME:-$runtime}")
case ${CTINSTALL_RUNTIME-} in
  '' | singularity | apptainer) runtimes+=(singularity apptainer) ;;
esac
for runtime in "${runtimes[@]}"; do
  if type -P "$runtime" >/dev/null; then
    # `env` would take such a path for a variable.
    # shellcheck disable=SC2016
    if [[ $runtime == *=* ]]; then cleaner+=(/bin/sh -c 'exec "$0" "$@"'); fi
    set -- ${cleaner[@]+"${cleaner[@]}"} "$runtime" exec ${options[@]+"${options[@]}"} "$image" \
      "$command" ${arguments[@]+"${arguments[@]}"} "$@"
    if [[ $tells_of_scripts ]]; then
      (become "$@")
      status=$?
      read_more
      tell_of_new_scripts
      exit "$status"
    fi
    become "$@"
  fi
done
if ((${#runtimes[@]} == 1)); then
  fail "CTINSTALL_RUNTIME names no program that is here: \`$CTINSTALL_RUNTIME\`" 'unset it, or set it to the path of one'
fi
case ${runtimes[0]} in
  singularity | apptainer) wanted= ;;
  *) wanted="\`${runtimes[0]}\`, " ;;
esac
fail "there is no container runtime: none of $wanted\`singularity\`, \`apptainer\` is on PATH" \
  'load the module of the runtime if this machine has one, or set CTINSTALL_RUNTIME to its path'
