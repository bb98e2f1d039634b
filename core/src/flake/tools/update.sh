# The commands `update` and `rollback`: another system on many nodes, without taking a node from its jobs.
# shellcheck shell=bash

update_help() {
  cat <<'END'
cluster-tools update [--on HOSTLIST] [--role ROLE] [--canary NODE] [--batch N] [--stop-after N] [--wait MINUTES]
                     [--timeout MINUTES] [--reboot] [--dry-run] [--parallel N] [--flake FOLDER] [-- OPTION…]

Brings the flake's configuration to many nodes without disturbing jobs. It builds the configurations of all of them first, four
at a time unless told with --parallel; as long as one does not build, nothing changes on any node. Then come, in this order:

  canary       the first worker, or the node that --canary names, alone: if it fails, the update stops
  controllers  one by one, slurmdbd before slurmctld; if one fails, the update stops. Where Slurm's release changes they
               come before the canary, since slurmd must not be newer than slurmctld
  storage      one by one
  workers      in batches of --batch nodes (8)
  others       one by one

Once --stop-after nodes have failed (1), nothing further begins.

Nodes that Slurm knows are drained, and changed when their jobs have ended. One that is still busy after --wait minutes (60)
goes back into service and is left for later. The others go back into service when they run what was built, and all that
`verify` checks on a node is in order; one that does not get there within --timeout minutes (20) has failed, and stays drained.
Nodes that are drained for another reason, or down, are left alone.

  --reboot     start the new system with a reboot instead of switching to it: for a new kernel or driver, and for changed
               names, addresses or interfaces. Slurm reboots the nodes that it knows (`scontrol reboot`)
  --dry-run    build, and print the plan; no node is changed
  OPTION…      for `nixos-rebuild build`, such as --build-host root@ctl1

After Ctrl-C or a lost connection, run the same command again: it skips nodes that run what was built, and takes over those
that it left drained. Each node has a log, in the folder that is named at the end.

  cluster-tools update --dry-run
  cluster-tools update --role worker --reboot --batch 16 --wait 1440
END
}

rollback_help() {
  cat <<'END'
cluster-tools rollback [--on HOSTLIST] [--role ROLE] [--canary NODE] [--batch N] [--stop-after N] [--wait MINUTES]
                       [--timeout MINUTES] [--reboot] [--dry-run]

Takes nodes back to the generation before their newest one, in the way in which `update` brings them forward; see
`cluster-tools update --help` for the options. Each node says which generation it then runs. Nodes that are back already are
skipped, so it can be run again. To go further back, check out an earlier commit of the flake and `update` to that.

Data does not go back: a slurmctld or slurmdbd of an earlier release cannot read what a later one wrote. Controllers on which
Slurm's release would change are refused.

  cluster-tools rollback --on 'cn[001-016]'
END
}

# Nodes that were drained here have a reason that begins so.
readonly DRAINED_HERE='cluster-tools: '
readonly POLL_SECONDS=${CLUSTER_TOOLS_POLL_SECONDS:-15}

# By node: the system that it is to run; of a rollback, the generation that holds it.
declare -A target=() goal=()
# By node: why it is left as it is, and 1 where it runs its target already.
declare -A left=() already=()
# By node: what Slurm knew of it at the start.
declare -A state_of=() reason_of=()
# What is done one after the other: lines of a kind (canary, controller, storage, workers, other) and nodes.
steps=()
action=switch

update_command() {
  local name
  if [[ ${1:-} == --help ]]; then
    update_help
    return
  fi
  read_rollout_options 'flake=' "$@"
  flake=${option[flake]:-.}
  [[ -e $flake/flake.nix ]] || fail "there is no flake.nix in $flake: run this in the flake's folder, or name it with --flake" 2
  flake=$(realpath "$flake")
  begin update
  parallel=${option[parallel]:-4}
  printf 'building %d configurations\n' "${#chosen[@]}"
  each build_node "${chosen[@]}" || fail "no node was changed; logs: $logs"
  for name in "${chosen[@]}"; do
    target[$name]=$(<"$work/$name.built")
  done
  look_around
  sort_out
  hold_releases_together
  plan
  roll_out
}

rollback_command() {
  local name
  if [[ ${1:-} == --help ]]; then
    rollback_help
    return
  fi
  read_rollout_options '' "$@"
  ((${#words[@]} == 0)) || fail "'${words[0]}' is not understood here" 2
  begin rollback
  look_around
  for name in "${chosen[@]}"; do
    read_system "$name" || continue
    if ((generation < newest)); then
      target[$name]=$profile goal[$name]=$generation
    elif ((before == 0)); then
      left[$name]='has no earlier generation'
    elif [[ $slurm != "$slurm_before" ]] && is_in "$name" "${controllers[@]}"; then
      fail "$name would go from Slurm $slurm back to ${slurm_before:-none}, which cannot read what that wrote; no node was changed: choose the others with --on"
    else
      target[$name]=$earlier goal[$name]=$before
    fi
  done
  sort_out
  plan
  roll_out
}

read_rollout_options() {
  local here=${HOSTNAME%%.*}
  read_options "canary= batch= stop-after= wait= timeout= reboot dry-run $1" "${@:2}"
  canary=${option[canary]:-}
  [[ -z $canary ]] || is_in "$canary" "${chosen[@]}" || fail "the canary $canary is not among the chosen nodes" 2
  batch=$(number batch 8 1)
  stop_after=$(number stop-after 1 1)
  patience=$(number wait 60 0)
  timeout=$(number timeout 20 0)
  if [[ -n ${option[reboot]:-} ]]; then
    action=boot
    ! is_in "$here" "${chosen[@]}" \
      || fail "this runs on $here, which would reboot: choose the other nodes with --on, and reboot $here by hand" 2
  fi
}

# number OPTION DEFAULT LEAST
number() {
  local value=${option[$1]:-$2}
  if [[ ! $value =~ ^[0-9]{1,6}$ ]] || ((10#$value < $3)); then
    fail "--$1 takes a number from $3 on, not '$value'" 2
  fi
  printf '%d' "$((10#$value))"
}

is_in() {
  local word=$1
  shift
  [[ " $* " == *" $word "* ]]
}

# begin COMMAND: what all of it needs.
begin() {
  local folder
  command=$1
  folder=${XDG_STATE_HOME:-$HOME/.local/state}/cluster-tools-logs/$(jq --raw-output .name "$CLUSTER_DATA")
  mkdir -p "$folder"
  logs=$(mktemp -d "$folder/$command-$(date +%Y-%m-%dT%H%M%S)-XXXX")
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap leave_off INT TERM
  ssh_config=$work/ssh_config
  write_ssh_config
  controller=$(jq --raw-output 'first(.nodes[] | select(.roles | index("controller")) | .name)' "$CLUSTER_DATA")
  hosts=$(jq --raw-output '.nodes[] | "\(.ip) \(.name)"' "$CLUSTER_DATA")
  # Who runs slurmdbd comes first.
  mapfile -t controllers < <(jq --raw-output '
    .slurmdbd as $slurmdbd
    | [.nodes[] | select(.name == $slurmdbd or (.roles | index("controller"))) | .name]
    | sort_by(. != $slurmdbd)[]
  ' "$CLUSTER_DATA")
}

# At Ctrl-C: what has begun on a node is brought to an end there. At the second one, or before any node changes, all ends.
leave_off() {
  [[ -e $work/rolling && ! -e $work/stop ]] || exit 130
  : >"$work/stop"
  printf 'cluster-tools: no further node begins; Ctrl-C again ends this at once\n' >&2
}

going_on() {
  [[ -e $work && ! -e $work/stop ]]
}

build_node() {
  local log=$logs/$1.log folder=$work/build/$1 output
  mkdir -p "$folder"
  # In a folder of its own: the link `result` keeps garbage collection away until the end.
  if ! output=$(cd "$folder" && NIX_SSHOPTS="-F $ssh_config" \
    nixos-rebuild build --no-reexec --flake "$flake#$1" "${words[@]}" 2>>"$log"); then
    printf 'does not build:\n'
    tail -n 20 "$log"
    return 1
  fi
  # The last word, of a sentence or alone.
  printf '%s\n' "${output##*[[:space:]]}" >"$work/$1.built"
}

# What the nodes run, and what Slurm knows of them.
look_around() {
  local output line
  parallel=32
  each look_at "${chosen[@]}" >/dev/null 2>&1 || true
  [[ -e $work/$controller.system ]] || look_at "$controller" || true
  has slurm || return 0
  output=$(slurmctl --oneliner show nodes 2>&1) || fail "slurmctld does not answer on $controller: $output; no node was changed"
  while IFS= read -r line; do
    ! read_slurm_node "$line" || state_of[$node]=$state reason_of[$node]=$reason
  done <<<"$output"
  if [[ $action == boot ]] && ! grep -q '^RebootProgram *= */' <<<"$(slurmctl show config 2>&1)"; then
    fail "Slurm cannot reboot nodes: slurmctld has no RebootProgram; no node was changed: update without --reboot first"
  fi
}

look_at() {
  on_node "$1" system >"$work/$1.system" 2>>"$logs/$1.log"
}

# Reads what on-node/system.sh said of the node NAME the last time; fails where it said nothing.
read_system() {
  runs='' booted='' boot='' slurm='' generation='' profile='' newest='' before='' earlier='' slurm_before=''
  IFS=$'\x1f' read -r -d '' runs booted boot slurm generation profile newest before earlier slurm_before _ \
    < <(cat "$work/$1.system" 2>/dev/null) || true
  [[ -n $before ]]
}

# slurmctl WORD…: scontrol, on the first controller.
slurmctl() {
  remote "$controller" "scontrol$(printf ' %q' "$@")" </dev/null
}

# read_slurm_node LINE: of a line of `scontrol --oneliner show node`, the node's name, state and reason.
read_slurm_node() {
  node='' state='' reason=''
  [[ $1 =~ ^NodeName=([^ ]+) ]] || return 1
  node=${BASH_REMATCH[1]}
  [[ ! $1 =~ \ State=([^ ]+) ]] || state=${BASH_REMATCH[1]}
  # Who gave it and when stands behind it.
  if [[ $1 =~ \ Reason=(.*)\ \[[^][]*@[^][]*\] || $1 =~ \ Reason=(.*)$ ]]; then reason=${BASH_REMATCH[1]}; fi
}

# Of `state` and `reason`:
out_of_service() { [[ $state =~ DRAIN|DOWN|FAIL|POWER ]]; }
drained_here() { out_of_service && [[ $reason == "$DRAINED_HERE"* ]]; }
somebody_elses() { out_of_service && [[ $reason != "$DRAINED_HERE"* ]]; }
has_jobs() { [[ $state =~ ALLOC|MIXED|COMPLETING ]]; }

# Of what read_system read: whether that is the node's target, and stays so.
runs_target() {
  [[ $runs == "${target[$1]}" && $profile == "${target[$1]}" && ($action == switch || $booted == "${target[$1]}") ]]
}

# Which nodes are left alone, and which are done.
sort_out() {
  local name state reason
  for name in "${chosen[@]}"; do
    state=${state_of[$name]:-} reason=${reason_of[$name]:-}
    [[ -z ${left[$name]:-} ]] || continue
    if somebody_elses; then
      left[$name]="is $state in Slurm${reason:+, $reason}"
    elif ! read_system "$name"; then
      left[$name]='does not answer'
    elif runs_target "$name" && ! drained_here; then
      already[$name]=1
    fi
  done
}

# Sets `controllers_first` where Slurm's release changes, or may. Fails where slurmd would be newer than slurmctld.
hold_releases_together() {
  local name new='' missing=()
  controllers_first=
  has slurm || return 0
  for name in "${chosen[@]}"; do
    # As on-node/system.sh finds it.
    new=$(sed -n 's/.*-slurm-\([0-9]*\.[0-9]*\).*/\1/p' "${target[$name]}/sw/bin/scontrol" 2>/dev/null | head -n 1)
    [[ -z $new ]] || break
  done
  read_system "$controller" || true
  [[ $new != "$slurm" || -z $new ]] || return 0
  if [[ -n $new && $(printf '%s\n' "$new" "$slurm" | sort --version-sort | tail -n 1) == "$slurm" ]]; then
    for name in "${controllers[@]}"; do
      ! is_in "$name" "${chosen[@]}" \
        || fail "$name would go from Slurm $slurm back to $new, which cannot read what that wrote; no node was changed: choose the others with --on"
    done
    return
  fi
  controllers_first=1
  [[ -n $new && -n $slurm ]] || return 0
  for name in "${controllers[@]}"; do
    if ! is_in "$name" "${chosen[@]}" || [[ -n ${left[$name]:-} ]]; then missing+=("$name"); fi
  done
  ((${#missing[@]} == 0)) \
    || fail "Slurm goes from $slurm to $new, and the controllers must not stay behind; no node was changed: choose ${missing[*]} too"
}

# Sets `steps` and `canary`.
plan() {
  local name role group=() workers=() storage=() others=() first=() controller_steps=()
  while read -r name role; do
    if ! is_in "$name" "${chosen[@]}" || is_in "$name" "${controllers[@]}"; then continue; fi
    case $role in
      storage) storage+=("$name") ;;
      worker) workers+=("$name") ;;
      *) others+=("$name") ;;
    esac
  done < <(jq --raw-output '
    .nodes[]
    | "\(.name) \(.roles | if index("storage") then "storage" elif index("worker") then "worker" else "other" end)"
  ' "$CLUSTER_DATA")
  if [[ -z $canary ]]; then
    for name in "${workers[@]}"; do
      [[ -n ${left[$name]:-} ]] || canary=$name
      [[ -z $canary ]] || break
    done
  elif [[ -n ${left[$canary]:-} ]]; then
    fail "the canary $canary ${left[$canary]}; no node was changed: name another one with --canary"
  fi

  for name in "${controllers[@]}"; do
    ! waits "$name" || controller_steps+=("controller $name")
  done
  [[ -z $canary ]] || first=("canary $canary")
  if [[ -n ${controllers_first:-} ]]; then
    steps=("${controller_steps[@]}" "${first[@]}")
  else
    steps=("${first[@]}" "${controller_steps[@]}")
  fi
  for name in "${storage[@]}"; do
    ! waits "$name" || steps+=("storage $name")
  done
  for name in "${workers[@]}"; do
    waits "$name" || continue
    group+=("$name")
    if ((${#group[@]} == batch)); then
      steps+=("workers ${group[*]}")
      group=()
    fi
  done
  ((${#group[@]} == 0)) || steps+=("workers ${group[*]}")
  for name in "${others[@]}"; do
    ! waits "$name" || steps+=("other $name")
  done
  # Nothing is left to find out.
  [[ ${#steps[@]} -ne 1 || -z $canary || -z ${already[$canary]:-} ]] || steps=()
}

# Whether the node NAME is chosen, is not the canary, and has something to be done.
waits() {
  is_in "$1" "${chosen[@]}" && [[ $1 != "$canary" && -z ${left[$1]:-}${already[$1]:-} ]]
}

roll_out() {
  local step kind name nodes stopped='' failures=0
  tell_plan
  if [[ -n ${option[dry-run]:-} ]]; then
    rm -r "$logs"
    return
  fi
  : >"$work/rolling"
  for step in "${steps[@]}"; do
    going_on || break
    read -r kind nodes <<<"$step"
    read -r -a nodes <<<"$nodes"
    parallel=${#nodes[@]}
    each bring "${nodes[@]}" || true
    for name in "${nodes[@]}"; do
      [[ $(result "$name") != failed ]] || ((failures += 1))
    done
    case $kind:$(result "${nodes[0]}") in
      canary:failed) stopped='the canary failed' ;;
      canary:later) stopped='the canary was left for later' ;;
      controller:failed) stopped='a controller failed' ;;
      *) ((failures < stop_after)) || stopped="$failures failed" ;;
    esac
    [[ -z $stopped ]] || break
  done
  [[ ! -e $work/stop ]] || stopped='it was interrupted'
  sum_up "$stopped"
}

# What became of the node NAME: done, later or failed; nothing where it did not begin.
result() {
  local result=''
  [[ ! -e $work/$1.result ]] || read -r result _ <"$work/$1.result"
  printf '%s' "$result"
}

tell_plan() {
  local step name
  ((${#already[@]} == 0)) || printf 'already done: %s\n' "$(in_order "${!already[@]}")"
  for name in "${chosen[@]}"; do
    [[ -z ${left[$name]:-} ]] || printf 'left alone: %s %s\n' "$name" "${left[$name]}"
  done
  [[ -z ${controllers_first:-} ]] || printf "controllers come first, since Slurm's release changes or is not known\n"
  ((${#steps[@]} == 0)) || printf 'to %s, line by line:\n' "$([[ $action == boot ]] && echo reboot || echo switch)"
  for step in "${steps[@]}"; do
    printf '  %-10s  %s\n' "${step%% *}" "${step#* }"
  done
}

# The names of those of the chosen nodes that are among NAME…
in_order() {
  local name out=()
  for name in "${chosen[@]}"; do
    ! is_in "$name" "$@" || out+=("$name")
  done
  printf '%s' "${out[*]}"
}

sum_up() {
  local name result detail status=0 finished=() not_begun=() step waiting=''
  for step in "${steps[@]}"; do waiting+=" ${step#* }"; done
  for name in "${chosen[@]}"; do
    if [[ ! -e $work/$name.result ]]; then
      ! is_in "$name" "$waiting" || not_begun+=("$name")
      [[ -z ${left[$name]:-} ]] || status=1
      continue
    fi
    read -r result detail <"$work/$name.result"
    case $result in
      done) finished+=("$name") ;;
      *)
        status=1
        printf '%s: %s: %s\n' "$result" "$name" "$detail"
        ;;
    esac
  done
  ((${#finished[@]} == 0)) || printf 'done: %s\n' "${finished[*]}"
  if ((${#not_begun[@]} > 0)); then
    status=1
    printf 'not begun: %s\n' "${not_begun[*]}"
  fi
  printf 'logs: %s\n' "$logs"
  if [[ -n $1 ]]; then fail "stopped, since $1; run the same again to go on"; fi
  return "$status"
}

# bring NAME: to the system that it is to run, and back into service. Fails where that failed.
bring() {
  local name=$1 log=$logs/$1.log state='' reason='' problem=''
  take_through || true
  [[ $(result "$name") != failed ]]
}

# One step after the other; each fails where it is the last.
take_through() {
  look_up || ended failed "Slurm does not tell its state; see $log" || return
  ! somebody_elses || ended later "is $state in Slurm${reason:+, $reason}" || return
  look_again || ended failed "does not answer; see $log" || return
  if ! runs_target "$name"; then
    copy || ended failed "did not get its system; see $log" || return
    drain || return
    activate || return
  fi
  put_back
}

# ended RESULT DETAIL: what became of the node. Fails, since nothing comes after it.
ended() {
  printf '%s %s\n' "$1" "$2" >"$work/$name.result"
  printf '%s\n' "$2"
  return 1
}

# ended_badly DETAIL: the same of a node that was changed; it gets no jobs until somebody has looked.
ended_badly() {
  if look_up && in_slurm && ! out_of_service; then
    slurmctl update "NodeName=$name" State=DRAIN "Reason=$DRAINED_HERE$command failed" >>"$log" 2>&1 || true
  fi
  ended failed "$1"
}

# Whether Slurm knew the node at the start.
in_slurm() {
  [[ -n ${state_of[$name]:-} ]]
}

# Asks Slurm for the node's `state` and `reason`.
look_up() {
  local line
  in_slurm || return 0
  line=$(slurmctl --oneliner show node "$name" 2>>"$log") && read_slurm_node "$line"
}

look_again() {
  look_at "$name" && read_system "$name"
}

# until_holds MINUTES FUNCTION [or-leave-off]: asks until the function holds; fails after so many minutes, or at Ctrl-C.
until_holds() {
  local end=$((SECONDS + $1 * 60))
  until "$2"; do
    ((SECONDS < end)) || return 1
    [[ -z ${3:-} ]] || going_on || return 1
    sleep "$POLL_SECONDS"
  done
}

copy() {
  [[ $command == rollback ]] \
    || NIX_SSHOPTS="-F $ssh_config" nix-copy-closure --to "root@$name" "${target[$name]}" >>"$log" 2>&1
}

drain() {
  local why="still has jobs after $patience minutes"
  in_slurm || return 0
  if ! drained_here; then
    slurmctl update "NodeName=$name" State=DRAIN "Reason=$DRAINED_HERE$command" >>"$log" 2>&1 \
      || ended failed "Slurm does not drain it; see $log" || return
  fi
  printf 'drained; waiting for its jobs to end\n'
  until_holds "$patience" is_free or-leave-off && going_on && return
  going_on || why='interrupted before it was changed'
  ! drained_here || resume || ended failed "$why, and Slurm does not take it back; see $log" || return
  ended later "$why"
}

is_free() {
  look_up && drained_here && ! has_jobs
}

resume() {
  slurmctl update "NodeName=$name" State=RESUME >>"$log" 2>&1
}

activate() {
  local status=0 boot_before=$boot
  [[ $action == boot ]] || printf 'switching\n'
  until_holds "$timeout" activated || ended_badly "cannot be reached; see $log" || return
  ((status == 0)) || ended_badly "the new system did not start well (status $status); see $log" || return
  [[ $action == boot ]] || return 0
  printf 'rebooting\n'
  reboot_node || ended_badly "was not rebooted; see $log" || return
  until_holds "$timeout" has_rebooted || ended_badly "was not back after $timeout minutes" || return
  runs_target "$name" || ended_badly "started another system: $booted"
}

# Whether the switch was tried. A connection that is lost on the way says nothing of it: then it is asked again.
activated() {
  status=0
  on_node "$name" activate "${target[$name]}" "$action" "${goal[$name]:-}" >>"$log" 2>&1 || status=$?
  ((status != 255))
}

# slurmctld calls a node down that reboots by itself.
reboot_node() {
  if in_slurm; then
    slurmctl reboot ASAP nextstate=RESUME "reason=$DRAINED_HERE$command" "$name" >>"$log" 2>&1
  else
    # The connection may end before the answer.
    remote "$name" 'systemctl reboot' </dev/null >>"$log" 2>&1 || true
  fi
}

has_rebooted() {
  look_again && [[ $boot != "$boot_before" ]]
}

put_back() {
  printf 'checking\n'
  if ! until_holds "$timeout" is_in_order or-leave-off; then
    going_on || ended later 'interrupted before it was found in order' || return
    ended_badly "is not in order: $problem" || return
  fi
  ! in_slurm || ! drained_here || resume || ended failed "Slurm does not take it back; see $log" || return
  ended 'done' "runs generation $generation"
}

# Whether all is well on the node, Slurm's drain aside; else `problem` says what is not.
is_in_order() {
  local credential='' check result detail
  problem=''
  look_again || problem='it does not answer; '
  runs_target "$name" || problem+="it runs $runs; "
  if has slurm; then credential=$(remote "$controller" 'munge -n' </dev/null 2>>"$log") || true; fi
  while IFS=$'\t' read -r check result detail; do
    [[ $result != FAIL ]] || problem+="$check: $detail; "
  done < <(
    verify_node "$name"
    # What the first controller says of this one.
    if has slurm && is_in "$name" "${controllers[@]}"; then verify_slurm | sed -n "s/^$name\t\(slurm\tFAIL\tslurmctld\)/\1/p"; fi
  )
  look_up || problem+='Slurm does not tell its state; '
  if somebody_elses || [[ $state =~ NOT_RESPONDING|REBOOT|UNKNOWN|INVAL|\* ]]; then
    problem+="slurm: $state${reason:+, $reason}; "
  fi
  problem=${problem%; }
  printf '%s\n' "${problem:-is in order}" >>"$log"
  [[ -z $problem ]]
}
