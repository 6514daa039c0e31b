# shellcheck shell=bash disable=SC2034,SC2086,SC2154,SC2206
# container-env-more.bash: what not every start of a wrapper needs, of what on-host.bash does: the user or the site has wishes,
# or there are paths and locales to look at. That one sources it; like that it starts no program.

# What the runtime itself needs, or passes to nobody.
kept_for_the_runtime='@(PATH|HOME|PWD|USER|LOGNAME|TERM|LD_LIBRARY_PATH|SINGULARITY*|APPTAINER*)'

# By path: what the container has from the host, with what the runtimes bring along by themselves.
declare -gA seen=([/tmp]=yes [/var/tmp]=yes [/dev]=yes [/proc]=yes [/sys]=yes)

# Drops what is to stay outside, where there is more to it than names and beginnings. The user's word counts before the site's,
# and a word to pass before one to drop.
follow_wishes() {
  local entry name wished_pass wished_drop by_default
  set -f
  wished_pass=(${CTINSTALL_CONTAINER_ENV_PASS//[,:]/ }) wished_drop=(${CTINSTALL_CONTAINER_ENV_DROP//[,:]/ })
  by_default=(BASH_FUNC_\* $dropped $dropped_patterns ${dropped_beginnings// /* }${dropped_beginnings:+*})
  set +f
  for entry in ${entries[@]+"${entries[@]}"}; do
    name=${entry%%=*}
    # shellcheck disable=SC2053
    if [[ $name == $kept_for_the_runtime ]] || passes_by_wish "$name"; then
      if [[ $name == [[:lower:]]* ]]; then callers_own+=("$entry"); fi
    elif [[ $name == [[:lower:]]* ]]; then
      callers_own+=("$name")
    elif [[ $name == BASH_FUNC_* ]]; then
      cleaner+=(-u "$name")
    elif [[ $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
      # Some of bash's own cannot be unset.
      unset -v "$name" 2>/dev/null || cleaner+=(-u "$name")
    fi
  done
  passing+=" ${wished_pass[*]}"
}

passes_by_wish() { # name
  if matches "$1" ${wished_pass[@]+"${wished_pass[@]}"}; then return 0; fi
  if matches "$1" ${wished_drop[@]+"${wished_drop[@]}"}; then return 1; fi
  if passes "$1"; then return 0; fi
  ! matches "$1" "${by_default[@]}"
}

matches() { # name, pattern…
  local pattern
  for pattern in "${@:2}"; do
    # shellcheck disable=SC2053
    if [[ $1 == $pattern ]]; then return 0; fi
  done
  return 1
}

# A locale that the image lacks makes shells, Perl and others complain at each start. Where the install has not written down
# which ones it has, it is taken to have none beside that of every image.
mend_locale() {
  local name value known='' other=C.UTF-8
  for name in LANG "${!LC_@}"; do
    value=${!name-}
    case $value in '' | C | POSIX | C.UTF-8 | C.utf8) continue ;; esac
    if passes "$name"; then continue; fi
    if [[ ! $known ]]; then
      known=' '
      if [[ -r $root/.ctinstall/locales ]]; then IFS= read -r known <"$root/.ctinstall/locales"; fi
      # Images of old systems have no C.UTF-8.
      if [[ $known == *[^\ ]* && " ${known,,} " != *' c.utf8 '* ]]; then other=C; fi
    fi
    # `locale -a` writes UTF-8 as utf8.
    value=${value,,}
    if [[ " ${known,,} " != *" ${value//utf-8/utf8} "* ]]; then export "$name=$other"; fi
  done
}

# No variable is to point at nothing: what it names is bound, or it names what is there, or is gone.
bind_named_paths() {
  local name path entry real
  note_binds
  for name in $path_variables; do
    path=${!name-}
    if [[ $path != /* ]] || passes "$name"; then continue; fi
    # `..` leads elsewhere in there, or nowhere.
    if [[ $path/ == */../* ]] && find_real_path "$path"; then
      path=$real
      export "$name=$real"
    fi
    # Programs make these themselves, where they may write.
    if [[ " $made_paths " == *" $name "* ]]; then
      while [[ $path == /*/* && ! -e $path ]]; do path=${path%/*}; done
    fi
    if show "$path"; then continue; fi
    unset -v "$name"
    for entry in $stand_ins; do
      if [[ $entry == "$name"=* ]]; then export "$name=${entry#*=}"; fi
    done
  done
}

# The runtimes bring the current directory along, but not where a link leads that is a part of its name: programs would be in
# the home directory instead.
bind_current_directory() {
  find_real_path "$PWD" && show "$real"
  return 0
}

# Binds a path of the host to the same place unless it is seen there already; fails where that cannot be.
show() { # path
  local real path=$1
  while [[ $path == */ && $path != / ]]; do path=${path%/}; done
  if [[ ${seen[$path]-} ]]; then return 0; fi
  if [[ ! -e $path ]]; then return 1; fi
  if is_seen "$path"; then
    if [[ ! $link ]]; then return 0; fi
    find_real_path "$path"
    if is_seen "$real"; then return 0; fi
    path=$real
  fi
  case $path in
    # The image has its own.
    / | /bin | /boot | /etc | /etc/ssl/certs | /etc/pki/tls/certs | /home | /lib | /lib64 | /mnt | /opt | /root | /run | /sbin | /usr | /var)
      return 1
      ;;
    *[,:^\"\\]* | *$'\n'* | *[[:blank:]]) return 1 ;;
  esac
  joined+=${joined:+,}$path:$path
  seen[$path]=yes
}

# Sets $seen.
note_binds() {
  local IFS=,
  if [[ ${HOME-} == /?* ]]; then seen[${HOME%/}]=yes; fi
  set -f
  for entry in $joined; do
    if [[ $entry == *:* ]]; then entry=${entry#*:} && entry=${entry%%:*}; fi
    if [[ $entry == /?* ]]; then seen[${entry%/}]=yes; fi
  done
  set +f
}

# Whether a path is below a place that the container has from the host. Sets $link if a link comes between them.
is_seen() { # path
  local part=$1
  link=
  until [[ $part != /* || ${seen[$part]-} ]]; do
    if [[ -L $part ]]; then link=yes; fi
    part=${part%/*}
  done
  [[ $part == /* ]]
}

# Sets $real to the path without symbolic links; what is no directory may be one itself.
find_real_path() { # path
  local file='' logical=$PWD had_oldpwd=${OLDPWD+yes} oldpwd=${OLDPWD-}
  if [[ ! -d $1 ]]; then file=/${1##*/}; fi
  real=$1
  # Nothing else tells without a subshell where links lead.
  cd -P "${1%"$file"}/" 2>/dev/null || return 1
  real=${PWD%/}$file
  cd -L "$logical" 2>/dev/null || cd -P "$logical" 2>/dev/null || return 1
  if [[ $had_oldpwd ]]; then OLDPWD=$oldpwd; else unset OLDPWD; fi
}
