# shellcheck shell=bash
# Sourced by setup.sh: what is outside the test bed's own directory - Debian packages, kernel settings, account.

# The lua-… ones are for the Lmod that is unpacked: the machine's own Lmod need not be Debian's
FROM_DEBIAN=(squashfs-tools squashfuse python3-fusepy uidmap mmdebstrap busybox-static ca-certificates debian-archive-keyring
  lua5.3 tcl8.6 strace shellcheck openmpi-bin openssl util-linux procps btrfs-progs faketime zsh fish tcsh mandoc man-db groff-base attr
  lua-filesystem lua-json lua-posix lua-term
  slurmctld slurmd slurm-client munge slurm-wlm-basic-plugins gcc libc6-dev chromium-headless-shell
  libhwloc15 libucx0 libgfortran5 patchelf)
DAEMON_GUARD=/usr/sbin/policy-rc.d

wanted_packages() {
  printf '%s\n' "${FROM_DEBIAN[@]}"
  [ -n "$CT_LMOD_INIT" ] || echo lmod
  # for an Apptainer of our own; without these each of its runs prints that it has not found them
  if [ -d "$T/apptainer" ] || ! have_any_runtime; then printf '%s\n' fuse2fs gocryptfs; fi
}

missing_packages() {
  local wanted installed
  mapfile -t wanted < <(wanted_packages)
  # shellcheck disable=SC2016 # dpkg-query's own format language
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null) || true
  printf '%s\n' "${wanted[@]}" | awk -v have="$installed" '
    BEGIN { n = split(have, line, "\n"); for (i = 1; i <= n; i++) { split(line[i], w, " "); if (w[2] == "installed") ok[w[1]] = 1 } }
    !ok[$1]'
}

# A guard of ours that a killed run left behind would keep every later service of this machine from starting
stale_daemon_guard() { grep -qs ctinstall-testbed "$DAEMON_GUARD"; }
drop_daemon_guard() { ! stale_daemon_guard || rm -f "$DAEMON_GUARD"; }

have_packages() { [ -z "$(missing_packages)" ] && ! stale_daemon_guard; }

make_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "this machine has no apt-get: the test bed is made for Debian 12" \
    "install these by other means: ${missing[*]}"
  # apt would silently remove the one for the other
  if [[ " ${missing[*]} " == *' lmod '* ]] &&
    [ "$(dpkg-query -W -f '${db:Status-Status}' environment-modules 2>/dev/null)" = installed ]; then
    die "the Debian package environment-modules is installed; lmod conflicts with it" \
      "remove it (apt-get remove environment-modules) if nothing here needs it, and run this again"
  fi
  say "Debian packages: ${missing[*]}"
  # Slurm's daemons are started by the tests that need them, with settings of their own
  [ -e "$DAEMON_GUARD" ] || {
    printf '#!/bin/sh\n# made by ctinstall-testbed while it installs packages\nexit 101\n' >"$DAEMON_GUARD"
    chmod 755 "$DAEMON_GUARD"
  }
  APT_LISTS_TRIED=no
  retry "apt-get" apt_install "${missing[@]}" || die "apt-get could not install ${missing[*]}"
  drop_daemon_guard
}

# The package lists are fetched only when apt cannot do with those it has (or has none).
apt_install() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
  if [ "$APT_LISTS_TRIED" = no ]; then
    APT_LISTS_TRIED=yes
    "${apt[@]}" install --no-install-recommends "$@" >"$SCRATCH/apt.log" 2>&1 </dev/null && return 0
    say "apt-get update"
  fi
  quietly "$SCRATCH/apt.log" dpkg --configure -a || true # after a killed installation apt refuses to go on
  # a third party's repository that does not answer must not stop us: the installation itself decides
  "${apt[@]}" update >"$SCRATCH/apt-update.log" 2>&1 </dev/null || true
  quietly "$SCRATCH/apt.log" "${apt[@]}" install --no-install-recommends "$@" ||
    { tail -n 5 "$SCRATCH/apt-update.log" >&2 && return 1; }
}

# Address of this machine's Debian mirror, as its apt is set up. --no-release-info: without it apt-get lists only
# what `apt-get update` has already fetched, which on a fresh machine is nothing.
debian_mirror() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt-get's own format language
  apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)' 2>/dev/null |
    awk -v codename="$codename" \
      '($2 == codename || $2 ~ /^(old)?stable$/) && $3 == "main" && $4 == "Packages" && !seen { print $1; seen = 1 }'
}

# <setting>=<wanted value>: an unprivileged user may make user namespaces. Not every kernel has each of them.
KERNEL_SETTINGS=(kernel/unprivileged_userns_clone=1 kernel/apparmor_restrict_unprivileged_userns=0)

have_kernel() {
  local setting file
  [ -c /dev/fuse ] && [ "$(stat -c %a /dev/fuse)" = 666 ] || return 1
  for setting in "${KERNEL_SETTINGS[@]}"; do
    file=/proc/sys/${setting%=*}
    [ ! -r "$file" ] || [ "$(<"$file")" = "${setting#*=}" ] || return 1
  done
}

make_kernel() {
  local setting file
  say "kernel settings: /dev/fuse and user namespaces for ordinary users"
  [ -c /dev/fuse ] || mknod /dev/fuse c 10 229 2>/dev/null || say "WARNING: there is no /dev/fuse and it cannot be made"
  [ ! -c /dev/fuse ] || chmod 666 /dev/fuse || say "WARNING: the mode of /dev/fuse cannot be changed"
  for setting in "${KERNEL_SETTINGS[@]}"; do
    file=/proc/sys/${setting%=*}
    [ ! -e "$file" ] || printf '%s\n' "${setting#*=}" 2>/dev/null >"$file" || say "WARNING: cannot write $file"
  done
}

# The host's Open MPI by that name, whichever MPI the machine's alternatives choose for mpirun: the image has Open MPI
have_mpirun() { [ -x "$T/bin/mpirun" ]; }
make_mpirun() { ln -sfn /usr/bin/mpirun.openmpi "$T/bin/mpirun"; }

# Slurm loads PMIx by a name that only its development package has
have_pmix() {
  local library
  for library in /usr/lib/*/pmix2/lib/libpmix.so.2; do [ ! -e "$library" ] || [ -e "${library%.2}" ] || return 1; done
}
make_pmix() {
  local library
  for library in /usr/lib/*/pmix2/lib/libpmix.so.2; do [ -e "${library%.2}" ] || ln -s libpmix.so.2 "${library%.2}"; done
}

# A user with sudo runs the tests as themself; only for root an account is made.
have_account() { id "${CT_SETUP_FOR:-$CT_USER}" >/dev/null 2>&1; }
make_account() {
  say "account $CT_USER"
  useradd --create-home --shell /bin/bash --comment 'ctinstall test bed' "$CT_USER"
  touch "$T/state/account-made-here" # teardown.sh removes only an account that was made here
}

# The unprivileged account cannot use a Node.js in root's home (nvm): it gets a copy, last on PATH
have_node() { ! command -v node >/dev/null || as_user node --version >/dev/null 2>&1; }
make_node() {
  say "node: a copy that $CT_USER can run, in $T/node"
  install -D -m 755 "$(readlink -f "$(command -v node)")" "$T/node/node"
}
