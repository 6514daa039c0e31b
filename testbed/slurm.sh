#!/usr/bin/env bash
# A real Slurm with two nodes on this machine: munged, slurmctld and two slurmd, for jobs of the user who starts it. It
# needs no privilege, listens on the loopback address only, and keeps all it writes in one directory: several can run side by
# side. Debian's packages slurmctld, slurmd, slurm-client, munge are needed.
#
#   slurm.sh start [directory [user]] then: export SLURM_CONF=<directory>/slurm.conf
#   slurm.sh stop [directory]         ends its daemons, by their process ids
#   slurm.sh run [directory [user]]   start, a line `ready` on stdout, and stop when stdin is at its end
#
# The directory is $CT_TESTBED/slurm, if none is named; its path must be short, as a socket lies in it.
#
# Root may name a user: the jobs are that user's, and slurmd is root's, as it is at sites. Without that it cannot set the
# groups of a process, and refuses `sbcast`. Each node then has a directory of its own in the place <directory>/local, which is
# <directory>/tmp/<node> to who looks from outside.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=testbed/common.sh
. "$here/common.sh"
PATH=$PATH:/usr/sbin:/sbin
S=${2:-${CT_TESTBED:-/opt/ctinstall-testbed}/slurm}
user=${3:-$(id -un)}
of_user=()
[ -z "${3:-}" ] || of_user=(setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --)
nodes=(n1 n2)
cpus=4 # of each node, whatever the machine has

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

choose_ports() { # how many, one after the other
  local tries offset
  for ((tries = 0; tries < 100; tries++)); do
    port=$((20000 + RANDOM % 12000))
    for ((offset = 0; offset < $1; offset++)); do is_free $((port + offset)) || continue 2; done
    return 0
  done
  die "no free ports for Slurm"
}

write_settings() {
  local host index
  host=$(hostname -s)
  choose_ports $((${#nodes[@]} + 1))
  # TmpFS: in a directory of both nodes PMIx of the second would find that of the first.
  # SchedulerParameters: a job begins as soon as it can, not 3 seconds later.
  # v1 named outright: slurmd then starts whether or not cgroups are mounted; none is made
  echo 'CgroupPlugin=cgroup/v1' >"$S/cgroup.conf"
  {
    cat <<END
ClusterName=testbed
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$S/munge.socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1
KillWait=5
StateSaveLocation=$S/state
SlurmdSpoolDir=$S/spool/%n
TmpFS=$S/tmp/%n
SlurmctldPidFile=$S/slurmctld.pid
SlurmdPidFile=$S/slurmd-%n.pid
SlurmctldLogFile=$S/slurmctld.log
SlurmdLogFile=$S/slurmd-%n.log
END
    for index in "${!nodes[@]}"; do
      printf 'NodeName=%s NodeHostname=%s NodeAddr=127.0.0.1 Port=%s CPUs=%s State=UNKNOWN\n' \
        "${nodes[index]}" "$host" $((port + 1 + index)) "$cpus"
    done
    echo 'PartitionName=debug Nodes=ALL Default=YES State=UP'
    echo 'PartitionName=small Nodes=n1 MaxTime=60 State=UP'
  } >"$S/slurm.conf"
  export SLURM_CONF=$S/slurm.conf
}

# Starts a program that stays in the foreground, and notes its process id. What holds a pipe of the caller's open would make
# the caller wait.
start_daemon() { # name, command…
  local name=$1
  shift
  "$@" </dev/null >"$S/$name.out" 2>&1 9<&- &
  echo "$!" >"$S/$name.started"
}

start_slurmd() {
  local -a own=()
  if [ "$user" != "$(id -un)" ]; then
    # shellcheck disable=SC2016 # the words of that shell
    own=(unshare --mount bash -c 'mount --bind "$1" "$2" && exec "${@:3}"' own "$S/tmp/$1" "$S/local")
  fi
  start_daemon "slurmd-$1" "${own[@]}" slurmd -D -N "$1"
}

is_up() {
  local states
  states=$(timeout 10 sinfo --noheader --Node --partition=debug --format='%N %T' 2>/dev/null) || return 1
  [ "$(grep -c ' idle$' <<<"$states")" = ${#nodes[@]} ]
}

start() {
  local node tries
  [ ! -e "$S/slurm.conf" ] || die "there is a Slurm in $S already" "end it: $0 stop $S"
  mkdir -p "$S"/{state,spool,local}
  write_settings
  (umask 077 && head -c 128 /dev/urandom >"$S/munge.key")
  # munged refuses what others may have written
  [ "$user" = "$(id -un)" ] || chown "$user" "$S" "$S/munge.key" "$S/state"
  # --force: the directory may be one that others may write to, as /tmp is
  start_daemon munged "${of_user[@]}" munged --foreground --force --key-file="$S/munge.key" --socket="$S/munge.socket" \
    --pid-file="$S/munged.pid" --log-file="$S/munged.log" --seed-file="$S/munged.seed"
  for ((tries = 0; tries < 600; tries++)); do
    ! munge --socket="$S/munge.socket" --no-input --output=/dev/null 2>/dev/null || break
    sleep 0.05
  done
  start_daemon slurmctld "${of_user[@]}" slurmctld -D -c
  for node in "${nodes[@]}"; do
    mkdir -p "$S/spool/$node" "$S/tmp/$node"
    [ "$user" = "$(id -un)" ] || chown "$user" "$S/tmp/$node"
    start_slurmd "$node"
  done
  for ((tries = 0; tries < 600; tries++)); do
    ! is_up || return 0
    sleep 0.1
  done
  tail -n 5 "$S"/*.log "$S"/*.out >&2 || true
  stop
  die "Slurm did not come up"
}

stop() {
  local file pid tries
  # slurmctld last but one: nodes say goodbye to it
  for file in "$S"/slurmd-*.started "$S"/slurmctld.started "$S"/munged.started; do
    [ -e "$file" ] || continue
    pid=$(<"$file")
    # process ids are used again: only one that still works for this directory
    if is_ours "$pid"; then
      kill "$pid" 2>/dev/null || true
      for ((tries = 0; tries < 200; tries++)); do
        is_ours "$pid" || break
        sleep 0.05
      done
      ! is_ours "$pid" || kill -9 "$pid" 2>/dev/null || true
    fi
    rm -f "$file"
  done
  rm -rf "$S"/{state,spool,tmp,local,slurm.conf,cgroup.conf,munge.socket,munge.socket.lock,munge.key}
}

is_ours() { grep -qsz -e "^SLURM_CONF=$S/slurm.conf\$" "/proc/$1/environ"; }

case ${1:-} in
  start)
    start
    say "Slurm is up: export SLURM_CONF=$S/slurm.conf"
    ;;
  stop) stop ;;
  run)
    trap stop EXIT
    trap 'exit 143' TERM
    trap 'exit 130' INT
    start
    echo ready
    # Whatever becomes of the caller, its end of the pipe is closed then.
    cat >/dev/null
    ;;
  *) die "usage: $0 start|stop|run [directory]" ;;
esac
