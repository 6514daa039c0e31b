# shellcheck shell=bash
# Sourced by setup.sh: the host's second MPI, MPICH in a prefix of its own, as a site's modules bring one. The first is
# Debian's Open MPI, and installing the two side by side would change which one the machine's alternatives choose.

have_mpich() { [ -x "$T/mpich/bin/mpiexec.hydra" ]; }

make_mpich() {
  local debs=$SCRATCH/mpich-debs new=$SCRATCH/mpich
  say "MPICH, in $T/mpich"
  mkdir -p "$debs"
  retry "the download of MPICH" fetch_mpich "$debs" || die "the Debian packages of MPICH could not be downloaded"
  for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$SCRATCH/mpich-unpacked"; done
  mkdir -p "$new"/{bin,lib,include}
  (
    cd "$SCRATCH/mpich-unpacked/usr" || exit
    cp bin/mpiexec.hydra bin/hydra_* bin/mpichversion bin/mpicc.mpich "$new/bin/"
    cp -P lib/*/libmpich.so* "$new/lib/"
    cp -r include/*/mpich/. "$new/include/"
    cp -P lib/*/libslurm.so* "$new/lib/"
  )
  for program in "$new"/bin/*; do
    ! head -c 4 "$program" | grep -q ELF || patchelf --set-rpath "$T/mpich/lib" "$program"
  done
  ln -s mpiexec.hydra "$new/bin/mpiexec"
  ln -s mpiexec.hydra "$new/bin/mpirun"
  ln -s mpicc.mpich "$new/bin/mpicc"
  # the name of the MPICH ABI, which Debian 12 leaves out
  ln -s libmpich.so.12 "$new/lib/libmpi.so.12"
  sed -i -e "s#^prefix=.*#prefix=$T/mpich#" -e "s#^libdir=.*#libdir=$T/mpich/lib#" \
    -e "s#^includedir=.*#includedir=$T/mpich/include#" "$new/bin/mpicc.mpich"
  rm -rf "$T/mpich"
  mv "$new" "$T/mpich"
}

fetch_mpich() {
  (cd "$1" && quietly "$SCRATCH/mpich.log" apt-get -q -o APT::Sandbox::User=root -o Acquire::Retries=2 \
    download mpich libmpich12 libmpich-dev libslurm38)
}
