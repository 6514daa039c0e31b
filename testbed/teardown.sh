#!/usr/bin/env bash
# Gives the machine back: removes the test bed's directory and the account that setup.sh made.
# Debian packages and kernel settings stay.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
# shellcheck source=testbed/common.sh
. "$here/common.sh"
T=${CT_TESTBED:-/opt/ctinstall-testbed}

[ -e "$T" ] || {
  say "nothing to remove: there is no $T"
  exit 0
}
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || die "to remove $T takes root or sudo"
  exec sudo env "CT_TESTBED=$T" bash "$here/teardown.sh"
fi
[ -e "$T/state/is-a-ctinstall-testbed" ] || die "$T was not made by setup.sh; nothing is removed"
locked "$T" "the test bed's set-up"
if [ -e "$T/state/account-made-here" ] && id ctinstall-user >/dev/null 2>&1; then
  say "account ctinstall-user"
  userdel --remove ctinstall-user 2>/dev/null || die "the account ctinstall-user cannot be removed: does it still run something?"
fi
say "$T"
rm -rf "$T"
