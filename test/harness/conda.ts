import type { Sandbox } from './sandbox.ts';

/*
 * A conda of the tests' own, for machines without a network: it knows `env create` and `create` with `--prefix` and `--file`,
 * and packages that are `noarch/<name>-<version>.tar.gz` in a channel on disk. Like the real one it writes the prefix into the
 * files that it installs, and a list in `conda-meta`.
 */
const conda = `#!/bin/sh
set -e
[ "$1" != env ] || shift
[ "$1" = create ] || { echo "no such command: $1" >&2; exit 2; }
shift
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=$2; shift ;;
    --file) file=$2; shift ;;
    --yes) ;;
    *) echo "unknown: $1" >&2; exit 2 ;;
  esac
  shift
done
mkdir -p "$prefix/conda-meta" "$CONDA_PKGS_DIRS"
echo "$0" > "$prefix/conda-meta/made-by"
install_package() {
  [ -e "$1" ] || { echo "PackagesNotFoundError: $1" >&2; exit 1; }
  gunzip -c "$1" | tar -xf - -C "$prefix"
  : > "$prefix/conda-meta/$(basename "$1")"
}
if grep -q '^@EXPLICIT' "$file"; then
  for url in $(sed -n 's#^file://##p' "$file"); do install_package "$url"; done
else
  channel=$(sed -n 's#^ *- file://##p' "$file")
  for package in $(sed -n 's#^ *- \\([a-z]*\\)=\\([0-9.]*\\)$#\\1-\\2#p' "$file"); do
    install_package "$channel/noarch/$package.tar.gz"
  done
fi
for script in "$prefix"/bin/* "$prefix"/etc/conda/activate.d/*; do
  [ ! -f "$script" ] || sed -i "s#@PREFIX@#$prefix#g" "$script"
done
`;

/** Writes the program to `<place>`, and a channel with the packages `tool` 1.0 and `colour` 2.0 to `channel/`. */
export async function makeConda({ write, succeed, dir }: Sandbox, place: string): Promise<void> {
  write(place, conda);
  write('tool/bin/tool', '#!/bin/sh\necho "tool @PREFIX@ $\u007bTOOL_READY-not activated} $CONDA_DEFAULT_ENV" "$@"\n');
  write('tool/etc/conda/activate.d/tool.sh', 'export TOOL_READY=activated\nset -- lost\n');
  write('colour/bin/colour', '#!/bin/sh\ncat "$CONDA_PREFIX/share/colour"\n');
  write('colour/share/colour', 'green\n');
  write(
    'environment.yml',
    `name: whatever\nchannels:\n  - file://${dir}/channel\ndependencies:\n  - tool=1.0\n  - colour=2.0\n`,
  );
  await succeed(`chmod +x ${place} tool/bin/tool colour/bin/colour; mkdir -p channel/noarch
    tar -czf channel/noarch/tool-1.0.tar.gz -C tool bin etc
    tar -czf channel/noarch/colour-2.0.tar.gz -C colour bin share`);
}
