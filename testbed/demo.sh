#!/usr/bin/env bash
# `npm run demo`: sets the machine up, builds the tool, and runs the walk-through of demo-session.sh as an ordinary user
# with a home directory of its own, removed at the end (unless CTINSTALL_KEEP_DEMO is set).
set -euo pipefail
umask 022
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bash "$here/setup.sh"
bash "$here/prepare-tool.sh"
# shellcheck source=testbed/common.sh
. "$here/common.sh"
# shellcheck source=testbed/env.sh
. "$here/env.sh"

# In /tmp, whatever $TMPDIR says: a container sees it without a bind
demo=$(mktemp -d /tmp/ctinstall-demo.XXXXXX)
trap '[ -n "${CTINSTALL_KEEP_DEMO:-}" ] || rm -rf "$demo"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$demo"

# The clone may lie where the unprivileged account cannot read, root's home for instance: it gets a copy of what is run
mkdir "$demo/ctinstall" "$demo/home"
cp -R "$here"/../{dist,bin,easyconfigs,modulefiles,runscripts,sites,package.json} "$demo/ctinstall/"
cp "$here"/{env,demo-session}.sh "$demo/"
chmod -R u=rwX,go=rX "$demo/ctinstall" "$demo"/*.sh
[ "$(id -u)" != 0 ] || chown "$CT_USER:" "$demo/home"

# A login session's environment, and nothing of this one's: the demo must not depend on who runs it
status=0
as_user env -i -C "$demo/home" HOME="$demo/home" USER="$CT_USER" LOGNAME="$CT_USER" SHELL=/bin/bash TERM="${TERM:-dumb}" \
  LANG=C.UTF-8 PATH="$PATH" LMOD_CMD="${LMOD_CMD:-}" CT_TESTBED="$CT_TESTBED" DEMO_TOOL="$demo/ctinstall" \
  bash --norc "$demo/demo-session.sh" || status=$?
exit "$status"
