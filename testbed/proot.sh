# shellcheck shell=bash
# Sourced by setup.sh: PRoot of Debian sid, which runs programs in a directory as if it were root's system, with no
# namespaces. Debian 12's (5.1) answers `stat` for the wrong directory on kernels of today. On no PATH: a test that
# wants it says so.  PATH=${CT_PROOT%/*}:$PATH

have_proot() { [ -x "$CT_PROOT" ]; }

make_proot() {
  local place=$T/proot new=$SCRATCH/proot unpacked=$SCRATCH/proot-unpacked loader
  say "PRoot from Debian sid, in $place"
  retry "the download of sid's PRoot" fetch_from_sid "$SCRATCH/proot-debs" proot libtalloc2 libc6 ||
    die "sid's package proot could not be downloaded"
  for deb in "$SCRATCH"/proot-debs/*.deb; do dpkg-deb -x "$deb" "$unpacked"; done
  mkdir -p "$new"/{bin,lib}
  cp "$unpacked/usr/bin/proot" "$new/bin/"
  # A libc of its own: it wants a newer one than this machine's.
  loader=$(basename "$(find "$unpacked" -name 'ld-linux*.so.*' -print -quit)")
  cp -P "$unpacked"/usr/lib/*/{"$loader",libc.so.6,libtalloc.so.2*} "$new/lib/"
  patchelf --set-interpreter "$place/lib/$loader" --set-rpath "$place/lib" "$new/bin/proot"
  # Its libraries are found by its own rpath only, and theirs by none.
  patchelf --set-rpath "$place/lib" "$(readlink -f "$new/lib/libtalloc.so.2")"
  rm -rf "$place"
  mv "$new" "$place"
  "$CT_PROOT" --version >"$SCRATCH/proot.log" 2>&1 ||
    { cat "$SCRATCH/proot.log" >&2 && rm -rf "$place" && die "sid's PRoot does not start"; }
}
