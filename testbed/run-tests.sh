#!/usr/bin/env bash
# `npm test [-- what vitest takes]`: everything the tests need, then the tests.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bash "$here/setup.sh"
bash "$here/prepare-tool.sh"
# shellcheck source=testbed/env.sh
. "$here/env.sh"
cd "$here/.."
exec node_modules/.bin/vitest run "$@"
