# shellcheck shell=bash
# Sourced by setup.sh: a second, newer Lmod, that of Debian sid, beside the machine's own.
#
# Lmod 8.7.60 keeps and gives back values otherwise than 8.6.19 of Debian 12 does, so modules are tried with both.
# It is scripts for lua5.3, and runs with Debian 12's Lua and Lua modules: it needs no libc of its own.
# A test picks one of the two: . "$CT_LMOD_INIT"   or   . "$CT_LMOD_SID_INIT"

have_lmod_sid() { [ -r "$CT_LMOD_SID_INIT" ]; }

make_lmod_sid() {
  say "Lmod from Debian sid, in $T/lmod-sid"
  retry "the download of sid's Lmod" fetch_from_sid "$SCRATCH/lmod-sid-debs" lmod ||
    die "sid's package lmod could not be downloaded"
  unpack_lmod_sid
  # --version says nothing of the Lua modules, loading one does
  bash --norc --noprofile -c '. "$1" && module use "$2" && module load lmod && module --version' lmod-sid \
    "$CT_LMOD_SID_INIT" "$T/lmod-sid/usr/share/lmod/lmod/modulefiles/Core" >"$SCRATCH/lmod-sid.log" 2>&1 ||
    { cat "$SCRATCH/lmod-sid.log" >&2 && rm -rf "$T/lmod-sid" && die "sid's Lmod does not start"; }
}

unpack_lmod_sid() {
  local new=$SCRATCH/lmod-sid place=$T/lmod-sid
  mkdir -p "$new"
  dpkg-deb -x "$SCRATCH"/lmod-sid-debs/lmod_*.deb "$new"
  rm -rf "$new"/usr/share/{doc,man,lintian}
  # /etc/lmod, but not /etc/lmodrc.lua, which is the administrator's
  find "$new" -type f -print0 | xargs -0 grep -lIZ . |
    xargs -0 sed -i -e "s#/usr/share/lmod\\b#$place&#g" -e "s#/etc/lmod\\b#$place&#g"
  rm -rf "$place"
  mv "$new" "$place"
}
