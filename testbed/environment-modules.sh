# shellcheck shell=bash
# Sourced by setup.sh: Environment Modules, the other modules tool, beside Lmod.
#
# Debian's two packages conflict, so this one is unpacked into a directory of its own, and told that it lies there.
# So is sid's: the two versions keep and give back what a module replaces in different ways.
# A test picks one: . "$CT_LMOD_INIT"   or   . "$CT_ENVMODULES_INIT"   or   . "$CT_ENVMODULES_SID_INIT"

have_environment_modules() { [ -r "$CT_ENVMODULES_INIT" ] && command -v tclsh8.6 >/dev/null; }

make_environment_modules() {
  say "Environment Modules, in $T/environment-modules"
  ENVMODULES_LISTS_TRIED=no
  retry "the download of Environment Modules" fetch_environment_modules ||
    die "the Debian package environment-modules could not be downloaded"
  unpack_environment_modules environment-modules
}

have_environment_modules_sid() { [ -r "$CT_ENVMODULES_SID_INIT" ] && command -v tclsh8.6 >/dev/null; }

make_environment_modules_sid() {
  say "Environment Modules from Debian sid, in $T/environment-modules-sid"
  retry "the download of sid's Environment Modules" fetch_from_sid "$SCRATCH/environment-modules-sid-debs" \
    environment-modules || die "sid's package environment-modules could not be downloaded"
  unpack_environment_modules environment-modules-sid
}

# The package lists are fetched only when apt cannot do with those it has (or has none).
fetch_environment_modules() {
  local debs=$SCRATCH/environment-modules-debs
  rm -rf "$debs" && mkdir -p "$debs" || return
  if [ "$ENVMODULES_LISTS_TRIED" = no ]; then
    ENVMODULES_LISTS_TRIED=yes
    download_environment_modules "$debs" >"$SCRATCH/envmodules.log" 2>&1 && return 0
    say "apt-get update"
  fi
  apt-get -o Acquire::Retries=2 update >"$SCRATCH/apt-update.log" 2>&1 </dev/null || true
  quietly "$SCRATCH/envmodules.log" download_environment_modules "$debs"
}

download_environment_modules() {
  (cd "$1" && apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=2 download environment-modules)
}

# <name>: $SCRATCH/<name>-debs into $T/<name>
unpack_environment_modules() {
  local new=$SCRATCH/$1 place=$T/$1 debs=$SCRATCH/$1-debs lib
  mkdir -p "$new"
  dpkg-deb -x "$debs"/environment-modules_*.deb "$new"
  rm -rf "$new"/usr/share/{doc,man,lintian}
  lib=$(dirname "$(find "$new" -name modulecmd.tcl -type f)")
  lib=${lib#"$new"}
  # /usr/lib/<architecture> is written only before names of files of this package
  find "$new/usr/share/modules" "$new/etc" "$new$lib" -type f -print0 | xargs -0 grep -lIZ . |
    xargs -0 sed -i -e "s#$lib\\b#$place&#g" -e "s#/usr/share/modules\\b#$place&#g" \
      -e "s#/etc/environment-modules\\b#$place&#g"
  rm -rf "$place"
  mv "$new" "$place"
  bash --norc --noprofile -c '. "$1" && module --version' envmodules "$place/usr/share/modules/init/bash" \
    >"$SCRATCH/envmodules.log" 2>&1 ||
    { cat "$SCRATCH/envmodules.log" >&2 && rm -rf "$place" && die "Environment Modules does not start, in $place"; }
}
