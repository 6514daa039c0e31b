# shellcheck shell=bash disable=SC2154
# workflow-job.bash: runs one job of a workflow, with Slurm or without. To be sourced by the job's own script, which sets
# run, job, runtime, image, tries and what else is needed, then calls run_job. Needs bash, coreutils and the container runtime.
#
# How the job ends is known by its status file alone, which is replaced whole: status/JOB, or status/JOB.TASK in an array.

# Sets a variable in the container; both runtimes' names for it.
give() { # name, value
  export "APPTAINERENV_$1=$2" "SINGULARITYENV_$1=$2"
}

give_secret() { # name of the variable, name of the secret
  local value
  value=$(<"$run/secrets/$2") || fail "the secret $2 cannot be read"
  give "$1" "$value"
}

say() { printf 'ctinstall: %s\n' "$*"; }

fail() {
  say "$*"
  why=$*
  finish failed 1
}

# Replaces the status file. Values are numbers, and words that need no quoting in JSON. A spare one of the same length is at
# hand, so that the end can be told when the disk is full.
write_status() { # state, exit status or null
  local now=${EPOCHREALTIME/,/.} text said=${why//[^A-Za-z0-9 .,:_\/-]/}
  printf -v text '{"state":"%s","exit":%s,"why":"%s","try":%d,"tries":%d,"started":%s,"changed":%s,"host":"%s","pid":%d,"slurm":"%s"}' \
    "$1" "$2" "${said:0:500}" "$try" "$tries" "$started" "$now" "${HOSTNAME//[^A-Za-z0-9._-]/}" "$$" "$slurm_id"
  if [[ -e $status ]]; then
    { printf '%-1000s\n' "$text" 1<>"$status.$$~"; } 2>/dev/null && mv -f -- "$status.$$~" "$status" || return
  else
    { printf '%-1000s\n' "$text" >"$status"; } 2>/dev/null || return
  fi
  [[ $1 != running ]] || { printf '%-1000s\n' '' >"$status.$$~"; } 2>/dev/null || :
}

finish() { # state, exit status
  local tries_left=5
  trap '' TERM INT
  [[ ! $work ]] || rm -rf -- "$work"
  # A full disk may have room again; a job whose end is not told must not count as one that went well.
  until write_status "$1" "$2"; do
    ((tries_left-- > 0)) || { say 'its status could not be written'; exit 1; }
    sleep 1
  done
  [[ $1 != cancelled ]] || exit 143
  exit "$2"
}

# A workflow that is stopped says so by a file. Else it was Slurm, for a reason that it tells those who ask: also whether
# the job waits to begin again.
finish_stopped() {
  if [[ ! ${SLURM_JOB_ID-} || -e $run/stopped ]]; then finish cancelled 143; fi
  why='ended from outside'
  finish failed 143
}

stop_it() {
  stopped=yes
  [[ ! $child ]] || kill -TERM "$child" 2>/dev/null
}

# Fills flags with what the container is started with.
prepare_container() {
  local place
  cd / || fail 'there is no /'
  if [[ ${entry-} ]]; then prepare_module; fi
  flags=(--no-eval --cwd "$cwd")
  # Ranks on one node share the memory in /dev/shm, sockets in /tmp, and variables of what starts them.
  if [[ ${ranks-} ]]; then flags+=(--no-mount 'home,cwd'); else flags+=(--containall --workdir "$work"); fi
  flags+=(--writable-tmpfs "${gpu[@]}")
  for place in "${binds[@]}"; do
    [[ -e ${place%%:*} ]] || fail "${place%%:*} is not there, which is to be seen as ${place#*:}"
    flags+=(--bind "$place")
  done
  [[ ! -s $work/hosts ]] || flags+=(--bind "$work/hosts:/etc/hosts")
  give FB_WORKFLOW_ID "$workflow"
  give FB_JOB_NAME "$job"
  give FB_ACCOUNT_ID "${USER:-$(id -un)}"
  give PYTHONUNBUFFERED 1
  if [[ ${slots-} ]]; then give_nodes; fi
  [[ ! $FB_TASK_ID ]] || give FB_TASK_ID "$FB_TASK_ID"
  set_environment
}

# What a job on several nodes that starts its programs itself is told of them.
give_nodes() {
  local node nodes=() with_slots=()
  if [[ ${SLURM_JOB_NODELIST-} ]]; then
    mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
  else
    nodes=("$HOSTNAME")
  fi
  for node in "${nodes[@]}"; do with_slots+=("$node:$slots"); done
  printf -v node '%s,' "${with_slots[@]}"
  give MULTINODE_HOSTLIST "${node%,}"
  printf -v node '%s,' "${nodes[@]}"
  give MULTINODE_HOSTLIST_NOSLOTS "${node%,}"
  give MULTINODE_TOTAL_SLOTS "$((slots * ${#nodes[@]}))"
  give MULTINODE_NODE_IP "$(find_address)"
}

# An installed module brings its binds and all else; those of the job come to them.
prepare_module() {
  local joined
  printf -v joined '%s,' "${binds[@]}"
  export SINGULARITY_BIND=${joined%,} APPTAINER_BIND=${joined%,}
  export CTINSTALL_RUNTIME=$runtime CTINSTALL_RUNTIME_OPTIONS=--no-eval
  if [[ -s $work/hosts ]]; then CTINSTALL_RUNTIME_OPTIONS+=" --bind $work/hosts:/etc/hosts"; fi
}

# Sets container to what a command is put behind to run in there.
name_container() { # exec or run
  # shellcheck disable=SC2016
  if [[ ${entry-} ]]; then
    container=("$entry" sh -c 'cd -- "$1" && shift && exec "$@"' sh "$cwd")
  else
    container=("$runtime" "$1" "${flags[@]}" "$image")
  fi
}

# Waits until services that the job needs are ready, and writes their addresses for the container.
await_services() {
  local name address waited=0
  ((${#services[@]} > 0)) || return 0
  cat /etc/hosts >"$work/hosts" 2>/dev/null
  for name in "${services[@]}"; do
    until [[ -s $run/services/$name.ready ]]; do
      [[ ! -e $run/services/$name.failed ]] || fail "the service $name did not become ready"
      ! has_ended "$name" || fail "the service $name has ended"
      [[ ! $stopped ]] || finish_stopped
      ((waited++ < 6000)) || fail "the service $name was not ready after 10 minutes"
      sleep 0.1
    done
    read -r address <"$run/services/$name.ready"
    printf '%s %s.svc %s\n' "$address" "$name" "$name" >>"$work/hosts"
  done
}

has_ended() { # job
  local text
  read -r text 2>/dev/null <"$run/status/$1" && [[ $text != *'"state":"running"'* ]]
}

# In the background, so that a signal is heard at once; timeout gives it a process group, and ends all that is in it.
start_it() {
  words_of_command
  name_container "$verb"
  timeout -k 10 "${seconds:-0}" "${launcher[@]}" "${container[@]}" "${command[@]}" </dev/null &
  child=$!
  # It may have come before there was anything to end.
  [[ ! $stopped ]] || stop_it
}

await_it() {
  wait "$child"
  code=$?
  # A signal ends the waiting, not what is waited for.
  while ((code > 128)) && kill -0 "$child" 2>/dev/null; do
    wait "$child"
    code=$?
  done
  child=
}

run_job() { # task of an array; of Slurm: what is added to its number
  task=${1-}
  try=1 why='' child='' stopped='' work='' slurm_id=${SLURM_JOB_ID-}
  if [[ ${SLURM_ARRAY_TASK_ID-} ]]; then
    task=$((SLURM_ARRAY_TASK_ID + ${1:-0}))
    slurm_id=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
  fi
  FB_TASK_ID=$task
  name=$job${task:+.$task}
  status=$run/status/$name
  started=${EPOCHREALTIME/,/.}
  [[ ${SLURM_JOB_ID-} && ! $task ]] || exec >>"$run/logs/$name.log" 2>&1
  trap stop_it TERM INT
  write_status running null || { say 'its status could not be written'; exit 1; }
  place=${TMPDIR:-/tmp}/ct-job-$$-$RANDOM$RANDOM
  mkdir -m 700 -- "$place" || fail 'there is no room for temporary files'
  work=$place
  if [[ $kind != job && $kind != service ]]; then
    work_on_volume
    finish finished 0
  fi
  [[ -e ${entry:-$image} ]] || fail "it is not there: ${entry:-$image}"
  await_services
  prepare_container
  if [[ $kind == service ]]; then serve; fi
  while :; do
    begun=$EPOCHSECONDS
    start_it
    await_it
    [[ ! $stopped ]] || finish_stopped
    ((code != 0)) || finish finished 0
    if [[ ${seconds-} ]] && ((EPOCHSECONDS - begun >= seconds)); then why="time limit of $seconds s"; fi
    ((try < tries)) || finish failed "$code"
    say "try $try of $tries ended with exit status $code"
    try=$((try + 1)) why=
    write_status running null
  done
}

# A service runs until it is told to stop by a file, or by a signal.
serve() {
  local passes=0 misses=0 ready='' next=$((EPOCHSECONDS + ${probe_delay:-0}))
  rm -f -- "$run/services/$job."{ready,failed}
  start_it
  while kill -0 "$child" 2>/dev/null && [[ ! $stopped && ! -e $run/services/$job.stop ]]; do
    if [[ ! $ready ]] && ((EPOCHSECONDS >= next)); then
      if probe; then passes=$((passes + 1)) misses=0; else passes=0 misses=$((misses + 1)); fi
      if ((passes >= ${probe_passes:-1})); then
        ready=yes
        find_address >"$run/services/$job.ready~" && mv -f -- "$run/services/$job.ready~" "$run/services/$job.ready"
        say 'the service is ready'
      elif ((misses >= ${probe_misses:-3})); then
        : >"$run/services/$job.failed"
        kill -TERM "$child" 2>/dev/null
        await_it
        why='it did not become ready'
        finish failed 1
      fi
      next=$((EPOCHSECONDS + ${probe_period:-1}))
    fi
    sleep 0.2 &
    wait $!
  done
  if kill -0 "$child" 2>/dev/null; then
    kill -TERM "$child" 2>/dev/null
    await_it
    rm -f -- "$run/services/$job.ready"
    [[ -e $run/services/$job.stop ]] || finish_stopped
    finish finished 0
  fi
  await_it
  [[ $ready ]] || : >"$run/services/$job.failed"
  rm -f -- "$run/services/$job.ready"
  why='the service ended by itself'
  ((code == 0)) || finish failed "$code"
  finish finished 0
}

# The address at which the other nodes reach this one.
find_address() {
  local address
  address=$(getent ahostsv4 "$HOSTNAME" 2>/dev/null | awk 'NR == 1 { print $1 }')
  printf '%s\n' "${address:-127.0.0.1}"
}

probe() {
  case ${probe_kind:-none} in
    http) curl -gfsS -o /dev/null --max-time "${probe_timeout:-1}" "${probe_command[@]}" ;;
    tcp) timeout "${probe_timeout:-1}" bash -c ": <>/dev/tcp/127.0.0.1/$probe_port" ;;
    exec)
      name_container exec
      timeout "${probe_timeout:-1}" "${container[@]}" "${probe_command[@]}"
      ;;
    none) : ;;
  esac >/dev/null 2>&1 </dev/null
}

# Runs a command beside the job, in a container like its own: `job.sh exec COMMAND…`.
exec_beside() { # task or nothing, command…
  try=1 why='' child='' stopped='' slurm_id='' FB_TASK_ID=$1 started=0
  shift
  work=$(mktemp -d "${TMPDIR:-/tmp}/ct-exec-XXXXXXXX") || exit 1
  trap 'rm -rf -- "$work"' EXIT
  services=()
  prepare_container
  name_container exec
  "${container[@]}" "$@"
  exit
}

# What is brought is there whole, or not at all.
bring() { # URI, file, secret or nothing
  local key part
  # Another workflow may bring the same file into a volume that both have.
  read -r key _ < <(cksum <<<"$run")
  part=$2.$key.part~
  mkdir -p -- "${2%/*}" || fail "$2 cannot be written"
  say "brings $1"
  transfer fetch "$1" "$part" "${3-}"
  [[ ! $stopped ]] || { rm -f -- "$part"; finish_stopped; }
  ((code == 0)) || { rm -f -- "$part"; fail "$1 could not be brought"; }
  mv -f -- "$part" "$2" || fail "$2 cannot be written"
}

send() { # file, URI, secret or nothing
  [[ -f $1 ]] || fail "there is no file $1"
  say "writes $2"
  transfer put "$1" "$2" "${3-}"
  [[ ! $stopped ]] || finish_stopped
  ((code == 0)) || fail "$2 could not be written"
}

# A program may have made its directories read-only: the owner may still remove them.
clear_volumes() {
  rm -rf -- "$run/volumes" 2>/dev/null ||
    { chmod -R u+rwX -- "$run/volumes" && rm -rf -- "$run/volumes"; } || fail 'the volumes could not be removed'
}

# In the background, so that a signal is heard at once; and a secret is set there only.
transfer() { # fetch or put, from, to, secret or nothing
  carry "$@" </dev/null &
  child=$!
  [[ ! $stopped ]] || stop_it
  await_it
}

carry() { # fetch or put, from, to, secret or nothing
  endpoint='' login=''
  [[ ! $4 ]] || use_secret "$4" || return
  "$1" "$2" "$3"
}

fetch() { # URI, file
  if [[ $1 != s3://* ]]; then
    exec curl -gfsSL --retry 3 ${login:+--config "$login"} -o "$2" -- "$1"
  elif [[ ! ${AWS_ACCESS_KEY_ID-}${AWS_PROFILE-} && ! -e ~/.aws ]]; then
    # A bucket that all may read.
    local rest=${1#s3://}
    exec curl -gfsSL --retry 3 -o "$2" -- "https://${rest%%/*}.s3.amazonaws.com/${rest#*/}"
  fi
  copy_s3 "$1" "$2"
}

put() { copy_s3 "$1" "$2"; } # file, URI

# By the first program that is there.
copy_s3() { # from, to; one of them is a URI
  if type -P aws >/dev/null; then
    exec aws s3 cp --only-show-errors ${endpoint:+--endpoint-url "$endpoint"} "$1" "$2"
  elif type -P rclone >/dev/null; then
    export RCLONE_S3_ENV_AUTH=true RCLONE_S3_PROVIDER=Other
    [[ ! $endpoint ]] || export RCLONE_S3_ENDPOINT=$endpoint
    exec rclone copyto "${1/#s3:\/\//:s3:}" "${2/#s3:\/\//:s3:}"
  elif type -P s3cmd >/dev/null; then
    local host=${endpoint#*://} verb='put'
    [[ $1 != s3://* ]] || verb='get'
    exec s3cmd "$verb" --force ${host:+"--host=$host" "--host-bucket=$host"} "$1" "$2"
  fi
  say 'neither aws nor rclone nor s3cmd is there'
  exit 1
}

# The secret of a transfer: lines NAME=value of a file.
use_secret() { # name
  local line user='' config=''
  while IFS= read -r line; do
    case $line in
      accessKeyId=*) export AWS_ACCESS_KEY_ID=${line#*=} ;;
      secretAccessKey=*) export AWS_SECRET_ACCESS_KEY=${line#*=} ;;
      sessionToken=*) export AWS_SESSION_TOKEN=${line#*=} ;;
      region=*) export AWS_DEFAULT_REGION=${line#*=} ;;
      endpoint=*) endpoint=${line#*=} ;;
      username=*) user=${line#*=} ;;
      password=*) config+="user = $(quote_curl "$user:${line#*=}")"$'\n' ;;
      token=*) config+="header = $(quote_curl "Authorization: Bearer ${line#*=}")"$'\n' ;;
    esac
  done <"$run/secrets/$1" || { say "the secret $1 cannot be read"; return 1; }
  [[ ! $config ]] || { login=$work/login && (umask 077 && printf '%s' "$config" >"$login"); }
}

quote_curl() { # text
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# What a job starts looks for its own programs there; a job of Slurm's may begin without it.
export PATH
case ${1-} in
  exec) exec_beside '' "${@:2}" ;;
  exec-task) exec_beside "${@:2}" ;;
  *) run_job "$@" ;;
esac
