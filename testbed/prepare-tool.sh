#!/usr/bin/env bash
# npm packages and the built tool in dist/, each only if what is there does not fit the sources. Runs as whoever
# owns the clone, never through sudo: node_modules and dist must not end up as root's.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=testbed/common.sh
. "$here/common.sh"
cd "$here/.."

stamp=node_modules/.ctinstall-lockfile-sha256
lockfile_hash() { sha256sum package-lock.json | cut -d' ' -f1; }

have_node_modules() {
  [ "$(cat "$stamp" 2>/dev/null)" != "$(lockfile_hash)" ] || return 0
  # Made by hand, with `npm ci` or `npm install`: npm writes this file last, so it stands for a whole tree
  local made_by_npm=node_modules/.package-lock.json
  [ -e "$made_by_npm" ] && [ ! package-lock.json -nt "$made_by_npm" ] &&
    [ -e node_modules/.bin/esbuild ] && [ -e node_modules/.bin/vitest ] && lockfile_hash >"$stamp"
}

# --include=dev: NODE_ENV=production or a setting of the user's would leave out what builds and tests
npm_ci() {
  local log
  log=$(mktemp)
  npm ci --include=dev --no-audit --no-fund --loglevel=error >"$log" 2>&1 && rm -f "$log" && return
  head -n 20 "$log" >&2
  if grep -q EUSAGE "$log"; then
    rm -f "$log"
    die 'package-lock.json does not fit package.json' 'run npm install, and commit package-lock.json'
  fi
  rm -f "$log"
  return 1
}

is_built() {
  [ -e dist/ctinstall.js ] &&
    [ -z "$(find src build.js package.json tsconfig.json "$stamp" -newer dist/ctinstall.js -print -quit)" ]
}

for program in node npm; do
  command -v "$program" >/dev/null ||
    die "\`$program\` is not on PATH" "install Node.js 20 or later, for instance from nodejs.org"
done
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
  die "Node.js $(node --version) is too old" "install Node.js 20 or later, for instance from nodejs.org"

locked . "npm packages and build"
if ! have_node_modules; then
  say "npm ci"
  retry "npm ci" npm_ci || die "\`npm ci\` failed three times"
  lockfile_hash >"$stamp"
fi
if ! is_built; then
  say "npm run build"
  npm run --silent build
fi
