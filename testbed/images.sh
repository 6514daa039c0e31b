# shellcheck shell=bash
# Sourced by setup.sh: the images. Each is built under another name and renamed, so that one which has its name is whole,
# and built again when the function that builds it is changed.

# LUMI's file name for the image that easyconfigs/m/mpi4py asks for
MPI4PY_IMAGE=lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif

recipe_hash() { declare -f "$1" | sha256sum | cut -d' ' -f1; }
have_image() { # image file name, function that fills its root directory
  [ -s "$CT_IMAGES/$1" ] && [ "$(cat "$T/state/$1" 2>/dev/null)" = "$(recipe_hash "$2")" ]
}
have_tiny_image() { have_image tiny.sif fill_tiny; }
have_mpi4py_image() { have_image "$MPI4PY_IMAGE" fill_mpi4py; }
have_venv_image() { have_image venv.sif fill_venv; }
have_openmpi5_image() { have_image openmpi5.sif fill_openmpi5; }
have_debian11_image() { have_image debian11.sif fill_debian11; }
have_vnc_image() { have_image vnc.sif fill_vnc; }
have_mpich_image() { have_image mpich.sif fill_mpich; }

make_tiny_image() {
  say "image tiny.sif (busybox and bash)"
  make_image tiny.sif fill_tiny
}
make_mpi4py_image() {
  say "image $MPI4PY_IMAGE (Debian's Python and mpi4py, a CPU stand-in for LUMI's image; about a minute)"
  make_image "$MPI4PY_IMAGE" fill_mpi4py
}

make_venv_image() {
  say "image venv.sif (the same, with its Python in a virtual environment)"
  make_image venv.sif fill_venv
}

make_vnc_image() {
  say "image vnc.sif (TigerVNC and noVNC)"
  make_image vnc.sif fill_vnc
}

make_mpich_image() {
  say "image mpich.sif (Debian 13, with a newer MPICH than the host's; about a minute)"
  make_image mpich.sif fill_mpich
}

make_debian11_image() {
  say "image debian11.sif (Debian 11, with an older glibc than the host's, MPICH and a compiler)"
  make_image debian11.sif fill_debian11
}

make_openmpi5_image() {
  say "image openmpi5.sif (Debian 13, with Open MPI 5 and mpi4py)"
  make_image openmpi5.sif fill_openmpi5
}

make_image() {
  local root=$SCRATCH/rootfs build=(singularity --silent build)
  retry "image $1" "$2" "$root" || die "the contents of image $1 could not be put together"
  # SingularityCE and old Apptainer cannot be told how to compress
  ! singularity build --help | grep -q -- --mksquashfs-args ||
    build+=(--mksquashfs-args '-comp zstd -Xcompression-level 3')
  # a home of its own: the runtime would make a cache in root's
  quietly "$SCRATCH/build.log" env HOME="$SCRATCH" TMPDIR="$SCRATCH" "${build[@]}" "$SCRATCH/new.sif" "$root" ||
    die "image $1 could not be built"
  chmod 644 "$SCRATCH/new.sif"
  mv "$SCRATCH/new.sif" "$CT_IMAGES/$1"
  rm -rf "$root"
  recipe_hash "$2" >"$T/state/$1"
}

# For all tests where any image will do: small, quick to build, and with a real bash for the wrappers.
fill_tiny() {
  local root=$1 applet library
  rm -rf "$root" && mkdir -p "$root"/{etc,dev,proc,sys,tmp,root,home,usr/bin,var/tmp} &&
    ln -s usr/bin "$root/bin" && ln -s usr/bin "$root/sbin" && ln -s bin "$root/usr/sbin" &&
    touch "$root"/etc/{passwd,group,hosts,resolv.conf,localtime} &&
    cp /bin/busybox /bin/bash "$root/usr/bin/" || return 1
  for applet in $(/bin/busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/usr/bin/$applet" || return 1
  done
  # the loader is named without "=>"; each library goes where the host has it
  for library in $(ldd /bin/bash | grep -o '/[^ ]*'); do
    install -D -m 755 "$library" "$root$library" || return 1
  done
}

# LUMI's contract (WITH_CONDA activates the conda environment that has Python), Debian's packages, no GPU.
fill_mpi4py() {
  local root=$1 mirror option options=() conda=$1/opt/miniconda3
  mirror=$(debian_mirror)
  # mmdebstrap does not read this machine's apt settings: those that reach the mirror are handed on
  while IFS= read -r option; do options+=(--aptopt="$option"); done < <(
    apt-config dump | grep -E '^Acquire::(https?::.*|Check-Valid-Until|Check-Date) "[^"]+";$'
  )
  rm -rf "$root" &&
    quietly "$SCRATCH/mmdebstrap.log" mmdebstrap --mode=root --variant=minbase "${options[@]}" \
      --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' \
      --include=python3,python3-mpi4py,python3-venv,python3-pip,python3-setuptools,python3-wheel \
      bookworm "$root" "deb $mirror bookworm main" &&
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* &&
    mkdir -p "$root/.singularity.d/env" "$conda/bin" "$conda/envs/mpi4py/bin" || return 1

  # as the runtime writes it for an image that comes from Docker with `ENV WITH_CONDA …`
  cat >"$root/.singularity.d/env/10-docker2singularity.sh" <<'EOF' || return 1
#!/bin/sh
export WITH_CONDA="${WITH_CONDA:-"source /opt/miniconda3/bin/activate mpi4py"}"
EOF
  # what `source activate NAME` of conda does, as far as programs can tell
  cat >"$conda/bin/activate" <<'EOF' || return 1
# To be sourced: activate [environment]
_ct_env=${1:-base}
_ct_prefix=/opt/miniconda3/envs/$_ct_env
if [ ! -d "$_ct_prefix" ]; then
    echo "EnvironmentNameNotFound: Could not find conda environment: $_ct_env" >&2
    unset _ct_env _ct_prefix
    return 1
fi
export CONDA_PREFIX=$_ct_prefix CONDA_DEFAULT_ENV=$_ct_env CONDA_SHLVL=1 PATH=$_ct_prefix/bin:$PATH
unset _ct_env _ct_prefix
EOF
  chmod 755 "$root/.singularity.d/env/10-docker2singularity.sh" &&
    ln -s /usr/bin/python3 "$conda/envs/mpi4py/bin/python3" && ln -s python3 "$conda/envs/mpi4py/bin/python" &&
    ln -s /usr/bin/pip3 "$conda/envs/mpi4py/bin/pip3" && ln -s pip3 "$conda/envs/mpi4py/bin/pip"
}

# The system of the stand-in for LUMI's image, for others to begin with.
unpack_mpi4py() { # directory
  local from=$CT_IMAGES/$MPI4PY_IMAGE system
  system=$(singularity sif list "$from" | sed -n 's/^ *\([0-9][0-9]*\) .*\*System.*/\1/p')
  rm -rf "$1" "$SCRATCH/system" && singularity sif dump "$system" "$from" >"$SCRATCH/system" &&
    quietly "$SCRATCH/unsquashfs.log" unsquashfs -no-progress -d "$1" "$SCRATCH/system" && rm -f "$SCRATCH/system"
}

# TigerVNC and noVNC, unpacked without Mesa, LLVM and NumPy, which they do without here.
fill_vnc() {
  local root=$1 debs=$SCRATCH/vnc-debs deb
  rm -rf "$debs" && mkdir "$debs" && unpack_mpi4py "$root" &&
    (cd "$debs" && quietly "$SCRATCH/vnc.log" apt-get -q -o APT::Sandbox::User=root download \
      tigervnc-standalone-server tigervnc-tools xkb-data x11-xkb-utils xauth novnc websockify python3-websockify \
      libgl1 libglx0 libglvnd0 libjpeg62-turbo libpixman-1-0 libunwind8 libbsd0 libmd0 libxfont2 libfontenc1 \
      libfreetype6 libpng16-16 libbrotli1 libx11-6 libx11-data libxcb1 libxau6 libxdmcp6 libxext6 libxmuu1 libxkbfile1) ||
    return 1
  # Some have files in /lib, which is a link.
  for deb in "$debs"/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root" || return 1
  done
  chroot "$root" ldconfig && quietly "$SCRATCH/vnc.log" chroot "$root" Xtigervnc -version
}

# As many images from Docker have it: all Python is in /opt/venv, which the image puts first on PATH.
fill_venv() {
  local root=$1 packages
  unpack_mpi4py "$root" && rm -rf "$root/opt/miniconda3" &&
    quietly "$SCRATCH/venv.log" chroot "$root" python3 -m venv /opt/venv || return 1
  packages=$(echo "$root"/opt/venv/lib/python3*/site-packages)
  echo "where = 'the venv of the image'" >"$packages/of_the_image.py" &&
    cat >"$root/.singularity.d/env/10-docker2singularity.sh" <<'EOF'
#!/bin/sh
export PATH="/opt/venv/bin:$PATH"
EOF
}

# MPICH of Debian 13, with a Python that calls it through ctypes. Its ping-pong is compiled on the host: any MPICH runs it.
fill_mpich() {
  local root=$1 mirror option options=()
  mirror=$(debian_mirror)
  while IFS= read -r option; do options+=(--aptopt="$option"); done < <(
    apt-config dump | grep -E '^Acquire::(https?::.*|Check-Valid-Until|Check-Date) "[^"]+";$'
  )
  rm -rf "$root" &&
    quietly "$SCRATCH/mmdebstrap.log" mmdebstrap --mode=root --variant=minbase "${options[@]}" \
      --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' \
      --include=libmpich12,python3 trixie "$root" "deb $mirror trixie main" &&
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
}

# unpack_debian <root directory> <release> <option of mmdebstrap…>: packages unpacked and not set up, in half the time, which is
# enough for programs and libraries.
unpack_debian() {
  local root=$1 release=$2 mirror option options=()
  shift 2
  mirror=$(debian_mirror)
  while IFS= read -r option; do options+=(--aptopt="$option"); done < <(
    apt-config dump | grep -E '^Acquire::(https?::.*|Check-Valid-Until|Check-Date) "[^"]+";$'
  )
  rm -rf "$root" &&
    quietly "$SCRATCH/mmdebstrap.log" mmdebstrap --mode=root --variant=extract "${options[@]}" \
      --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' "$@" \
      "$release" "$root" "deb $mirror $release main" &&
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/usr/share/{doc,man,locale} &&
    ln -sfn dash "$root/bin/sh" && touch "$root"/etc/{passwd,group}
}

# Its glibc is too old for the host's MPI; no Python, but a compiler. mpicc without the compilers for Fortran and C++ that its
# packages depend on.
fill_debian11() {
  # shellcheck disable=SC2016 # the hooks' own variables
  unpack_debian "$1" bullseye --include=bash,dash,coreutils,grep,sed,gcc,libc6-dev,libmpich12 \
    --extract-hook='cd "$1/tmp" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -q download mpich libmpich-dev' \
    --extract-hook='for deb in "$1"/tmp/*.deb; do dpkg-deb -x "$deb" "$1" && rm "$deb" || exit; done' &&
    rm -f "$1"/usr/lib/*/mpich/lib/*.a "$1"/usr/lib/*/libmpi*.a && ln -sf mpicc.mpich "$1/usr/bin/mpicc"
}

# Open MPI 5 with mpi4py.
fill_openmpi5() { unpack_debian "$1" trixie --include=bash,dash,coreutils,python3-mpi4py; }
