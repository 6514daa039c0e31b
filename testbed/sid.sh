# shellcheck shell=bash
# Sourced by setup.sh: packages of Debian sid, downloaded and unpacked, never installed.

# fetch_from_sid <directory> <package…>: the packages' debs into the directory, which is made anew.
# apt with lists, cache and package database of its own: this machine's apt never hears of sid.
# The lists are fetched once in a run, and again after a failure: sid may have moved on meanwhile.
fetch_from_sid() {
  local debs=$1 apt=$SCRATCH/apt-sid log=$SCRATCH/apt-sid.log
  shift
  rm -rf "$debs" && mkdir -p "$debs" || return
  if [ ! -e "$apt/has-lists" ]; then
    make_sid_apt "$apt" && quietly "$log" sid_apt "$apt" "$debs" update && touch "$apt/has-lists" || return
  fi
  quietly "$log" sid_apt "$apt" "$debs" download "$@" || { rm -f "$apt/has-lists" && return 1; }
}

make_sid_apt() {
  local mirror apt=$1
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || die "apt knows no Debian mirror (\`apt-get indextargets\`)"
  rm -rf "$apt" && mkdir -p "$apt"/{lists,archives}/partial && : >"$apt/status" &&
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s sid main\n' "$mirror" >"$apt/sources.list"
}

# Check-Valid-Until: the mirror may be a frozen copy whose sid is past its date; signatures are still checked
sid_apt() {
  local apt=$1 debs=$2
  shift 2
  (cd "$debs" && apt-get -q -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
    -o Dir::State="$apt" -o Dir::State::Lists="$apt/lists" -o Dir::State::status="$apt/status" \
    -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" -o Acquire::Languages=none \
    -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false -o Acquire::Retries=2 -o APT::Update::Error-Mode=any "$@")
}
