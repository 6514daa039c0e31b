# shellcheck shell=bash
# Sourced by setup.sh: a container runtime.
#
# One that is on PATH is used as it is. Else Apptainer: Debian 12 has no package of it, sid's needs a newer libc.
# So sid's package is unpacked with sid's libc into a directory of its own, and told to use that libc.

runtime_works() { command -v "$1" >/dev/null && "$1" --version >/dev/null 2>&1; }
have_any_runtime() { runtime_works singularity || runtime_works apptainer; }
# Tests and demo say `singularity`, the name that both runtimes have
have_runtime() { runtime_works singularity; }

make_runtime() {
  if runtime_works apptainer; then
    say "singularity: a link to $(command -v apptainer)"
    ln -sfn "$(command -v apptainer)" "$T/bin/singularity"
  else
    say "Apptainer from Debian sid, in $T/apptainer"
    # all from one suite, so that the libc is the one that the program was linked with
    retry "the download of Apptainer" fetch_from_sid "$SCRATCH/apptainer-debs" \
      apptainer libc6 libseccomp2 libsqlite3-0 || die "Apptainer's packages could not be downloaded"
    unpack_apptainer
    ln -sfn ../apptainer/usr/bin/apptainer "$T/bin/apptainer"
    ln -sfn apptainer "$T/bin/singularity"
  fi
  hash -r
  runtime_works singularity || die "$T/bin/singularity does not start: $("$T/bin/singularity" --version 2>&1 | tail -n 1)"
}

unpack_apptainer() {
  local new=$SCRATCH/apptainer deb program loader lib
  mkdir -p "$new"
  for deb in "$SCRATCH"/apptainer-debs/*.deb; do dpkg-deb -x "$deb" "$new"; done
  rm -rf "$new"/usr/share/{doc,man,lintian,locale,i18n,bash-completion} "$new"/usr/lib/*/gconv
  # The prefix comes from where the program lies, here <new>/usr; it then looks for these below that prefix
  mkdir -p "$new/usr/etc" "$new"/usr/{lib/,}var/lib/apptainer/mnt/session
  cp -a "$new/etc/." "$new/usr/etc/"
  ln -sfn ../etc "$new/usr/lib/etc"
  lib=$(dirname "$(find "$new/usr/lib" -name libc.so.6)")
  for program in "$new/usr/bin/apptainer" "$lib/apptainer/bin/starter"; do
    loader=$(basename "$(patchelf --print-interpreter "$program")")
    patchelf --set-interpreter "$T/apptainer${lib#"$new"}/$loader" "$program"
    patchelf --force-rpath --set-rpath "$T/apptainer${lib#"$new"}" "$program"
  done
  # Root of a small virtual machine or of a CI container has not every capability: do not ask for all of them
  sed -i 's/^root default capabilities = .*/root default capabilities = no/' "$new/usr/etc/apptainer/apptainer.conf"
  rm -rf "$T/apptainer"
  mv "$new" "$T/apptainer"
}
