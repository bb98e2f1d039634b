# The command `accept`: whether nodes do what they are meant to, each beside those that are like it.
# shellcheck shell=bash

accept_help() {
  cat <<'END_OF_HELP'
cluster-tools accept [--on HOSTLIST] [--role ROLE] [--parallel N] [--load MINUTES] [--skip TEST,…] [--drain] [--force] [--all]

Tests nodes after installation or repair, and holds each against the design and against the median of the nodes that the
design has alike: what is below 80 % of that fails. A row for each group of nodes has its median, and the nodes that fail
stand below it; with --all every node.

  clock      chrony follows a server, within a tenth of a second
  munge      the node understands the controller's credential, and the controller the node's
  mounts     shared file systems and scratch space are there, and a file is written, read and removed
  hardware   cores and memory are those of the design
  gpus       the driver finds the design's GPUs, without memory errors; topology is that of the others (nvidia-smi topo)
  fabric     RDMA links are up: their rate
  disk       writing 1 GiB to scratch space, or else to /var/tmp, past the kernel's memory
  memory     STREAM's triad on all cores
  cpu        products of matrices on all cores, which must come out alike, for 5 seconds
  burn       gpu_burn for 30 seconds, or MINUTES, on nodes that have it (gpu-burn of nixpkgs, built with CUDA)
  load       with --load MINUTES: as cpu, for so long
  ecc        the memory controllers counted no error that could not be corrected
  bandwidth  RDMA writes between neighbours on the fabric (qperf), the better of both sides

Nodes are under load meanwhile. Those that run jobs are left out, unless --force is given; a reservation (scontrol create
reservation) keeps new jobs away. Once the cluster is in use, choose with --on or --role: servers and login nodes run no
jobs, and are loaded too. What was measured is kept in ~/.local/state/cluster-tools/NAME/acceptance.json, so that a node
that was repaired is held against its group of then.

--drain drains the workers that fail, with the tests' names as the reason. Nothing is ever resumed: when a node passes, do
that with `scontrol update NodeName=NODE State=RESUME`.

  cluster-tools accept
  cluster-tools accept --on cn007 --load 30
  cluster-tools accept --role worker --skip disk,burn --drain
END_OF_HELP
}

readonly TESTS=(ssh clock munge mounts hardware gpus topology fabric disk memory cpu burn load ecc bandwidth)

accept_command() {
  if [[ ${1:-} == --help ]]; then
    accept_help
    return
  fi
  read_options 'all drain force load= skip=' "$@"
  ((${#words[@]} == 0)) || fail "'${words[0]}' is not understood here" 2
  local load=${option[load]:-0} skip=,${option[skip]:-}, name test status
  [[ $load =~ ^(0|[1-9][0-9]{0,3})$ ]] || fail "--load takes a number of minutes, not '$load'" 2
  for test in ${skip//,/ }; do
    [[ " ${TESTS[*]:1} " == *" $test "* ]] || fail "there is no test '$test'; --help tells which there are" 2
  done
  local tests=()
  for test in "${TESTS[@]:1}"; do
    [[ $skip == *,"$test",* ]] || { [[ $test == munge ]] && ! has slurm; } || tests+=("$test")
  done

  local controller credential='' tested=() folder lines
  local -A states=() reasons=()
  controller=$(jq --raw-output 'first(.nodes[] | select(.roles | index("controller")) | .name)' "$CLUSTER_DATA")
  lines=$(mktemp)
  # Expanded now: the trap outlives the variable.
  # shellcheck disable=SC2064
  trap "rm -f '$lines'" EXIT
  if has slurm; then
    read_states
    if [[ " ${tests[*]} " == *' munge '* ]] && ! credential=$(remote "$controller" 'munge -n' </dev/null 2>&1); then
      printf '%s\tmunge\tFAIL\tmunge -n: %s\n' "$controller" "${credential//[$'\t\n']/ }" >>"$lines"
      credential=
    fi
  fi
  for name in "${chosen[@]}"; do
    case ${states[$name]:-} in
      alloc* | mix* | comp* | draining*)
        if [[ -z ${option[force]:-} ]]; then
          printf '%s: skipped: it runs jobs\n' "$name"
          continue
        fi
        ;;
    esac
    tested+=("$name")
  done
  ((${#tested[@]} > 0)) || fail 'no node was tested; --force tests also those that run jobs'

  { each accept_node "${tested[@]}" 2>/dev/null || true; } | sed 's/: /\t/' >>"$lines"
  [[ -z $credential ]] || decode_credentials
  [[ " ${tests[*]} " != *' bandwidth '* ]] || measure_bandwidth

  local judged
  folder=${XDG_STATE_HOME:-$HOME/.local/state}/cluster-tools/$(jq --raw-output .name "$CLUSTER_DATA")
  judged=$(judge) || fail 'what the nodes told could not be read'
  jq --raw-output .report <<<"$judged"
  (umask 077 && mkdir -p "$folder" && jq .measured <<<"$judged" >"$folder/acceptance.json.new")
  mv "$folder/acceptance.json.new" "$folder/acceptance.json"
  status=$(jq '.failed | length' <<<"$judged")
  [[ -z ${option[drain]:-} ]] || ! has slurm || drain_failed
  ((status == 0)) || fail "$status of ${#tested[@]} nodes failed"
}

# Slurm's states of the nodes, and why they are drained.
read_states() {
  local output name found why
  if ! output=$(remote "$controller" "sinfo --Node --noheader --format='%N %T %E'" </dev/null 2>&1); then
    [[ -n ${option[force]:-} ]] \
      || fail "Slurm does not tell which nodes run jobs (${output//$'\n'/; }); --force tests all the same"
    output=
  fi
  while read -r name found why; do
    [[ -z $name ]] || states[$name]=$found reasons[$name]=$why
  done <<<"$output"
}

accept_node() {
  local values output
  values=$(jq --raw-output --arg name "$1" '
    .nodes[] | select(.name == $name)
    | @sh "mounts=(\(.mounts))", @sh "folders=(\(.folders))", @sh "scratch=\(.scratch)",
      @sh "sockets=\(.sockets)", @sh "cores=\(.sockets * .coresPerSocket)",
      @sh "cpus=\(.sockets * .coresPerSocket * .threadsPerCore)",
      @sh "memory=\(.realMemoryMB)", @sh "installed=\(.memoryMB)",
      @sh "gpus=\(.drivenGPUs)", @sh "vendor=\(.gpuVendor)", @sh "model=\(.gpuModel)",
      @sh "fabric=\(.fabricIP // "")"
  ' "$CLUSTER_DATA")
  if output=$({
    printf '%s\n' "$values"
    printf 'tests=(%s)\n' "${tests[*]}"
    printf '%s=%q\n' credential "$credential" load "$load"
    cat "$tools/on-node/accept.sh"
  } | remote "$1" 'bash -s' 2>&1); then
    printf '%s\n' "$output"
  else
    printf 'ssh\tFAIL\t%s\n' "${output//[$'\t\n']/ }"
  fi
}

# The other half of Munge's round trip: what the nodes made, decoded by the controller. Who was under load for long comes late.
decode_credentials() {
  local made output
  made=$(awk -F '\t' '$2 == "munge" && $3 == "credential" { print $1, $4 }' "$lines")
  [[ -n $made ]] || return 0
  # shellcheck disable=SC2016
  output=$(remote "$controller" '
    while read -r name credential; do
      if told=$(printf "%s" "$credential" | unmunge 2>&1 >/dev/null) || [[ $told == *Expired* ]]; then
        printf "%s\tmunge\tpass\t\n" "$name"
      else
        printf "%s\tmunge\tFAIL\tthe controller: %s\n" "$name" "$told"
      fi
    done' <<<"$made" 2>&1) || true
  printf '%s\n' "$output" >>"$lines"
}

# Neighbours on the fabric, in rounds, so that every node has one on either side: of a slow pair either can be the cause.
measure_bandwidth() {
  local -A reached=()
  local name fabric=() round index pairs
  while read -r name; do reached[$name]=1; done < <(awk -F '\t' '$2 != "ssh" { print $1 }' "$lines")
  while read -r name; do
    [[ " ${tested[*]} " != *" $name "* || -z ${reached[$name]:-} ]] || fabric+=("$name")
  done < <(jq --raw-output '.nodes[] | select(.fabricIP) | .name' "$CLUSTER_DATA")
  if ((${#fabric[@]} == 1)); then
    printf '%s\tbandwidth\tnot-run\tit takes two nodes of the fabric\n' "${fabric[0]}" >>"$lines"
  fi
  for round in 0 1 2; do
    pairs=()
    for ((index = round; round < 2 && index + 1 < ${#fabric[@]}; index += 2)); do
      pairs+=("${fabric[index]},${fabric[index + 1]}")
    done
    # The last and the first close the ring: of an even number with the second round, or else both are taken there.
    if ((${#fabric[@]} > 2 && round == 1 + ${#fabric[@]} % 2)); then
      pairs+=("${fabric[-1]},${fabric[0]}")
    fi
    ((${#pairs[@]} == 0)) || { each accept_pair "${pairs[@]}" 2>/dev/null || true; } | sed 's/^[^:]*: //' >>"$lines"
  done
}

# accept_pair SERVER,CLIENT
accept_pair() {
  local server=${1%,*} client=${1#*,} ip output status=0 listening=0 result
  ip=$(jq --raw-output --arg name "$server" '.nodes[] | select(.name == $name) | .fabricIP' "$CLUSTER_DATA")
  # qperf's own port, 19765, is open to the fabric. With the connection manager it takes the device that has the address.
  remote "$server" 'command -v qperf >/dev/null || exit 127; timeout 60 qperf' </dev/null >/dev/null 2>&1 &
  output=$(remote "$client" "command -v qperf >/dev/null || exit 127
    timeout 60 qperf $ip -ws 20 -cm1 -uu -ub -t 5 rc_rdma_write_bw quit" </dev/null 2>&1) || status=$?
  wait $! || listening=$?
  #     bw  =  97843298304 bits/sec
  result=$(sed -nE 's/^ *bw *= *([0-9]+) bits\/sec.*/\1/p' <<<"$output" | awk '{ printf "%.1f\tGb/s", $1 / 1e9 }')
  if ((status == 127 || listening == 127)); then
    result=$'not-run\tno qperf on this node or its neighbour'
  elif ((status != 0)) || [[ -z $result ]]; then
    result=$'FAIL\t'"between $server and $client: ${output//[$'\t\n']/ }"
  fi
  printf '%s\tbandwidth\t%s\n' "$server" "$result" "$client" "$result"
}

# Of the lines, the nodes and what was measured before: the report, who failed, and what to keep.
judge() {
  local before='{}'
  ! jq --exit-status 'type == "object"' "$folder/acceptance.json" >/dev/null 2>&1 || before=$(<"$folder/acceptance.json")
  jq --null-input --raw-input --slurpfile data "$CLUSTER_DATA" --slurpfile before <(printf '%s' "$before") \
    --argjson all "${option[all]:-0}" -L "$tools" '
    include "accept";
    [inputs] | acceptance($data[0]; $before[0]; $ARGS.positional; $all == 1)
  ' --args "${TESTS[@]}" <"$lines"
}

# A node that was drained for another reason stays as it is, but that reason may be the health check's, which would take it back.
drain_failed() {
  local name why commands=''
  while IFS=$'\t' read -r name why; do
    case ${states[$name]:-}/${reasons[$name]:-} in
      drain*/'health check: '* | drain*/'acceptance: '*) ;;
      drain*)
        printf '%s: is drained already: %s\n' "$name" "${reasons[$name]}"
        continue
        ;;
    esac
    commands+=$(printf 'scontrol update NodeName=%q State=DRAIN Reason=%q && echo %q' "$name" "$why" "$name: drained: $why")$'\n'
  done < <(jq --raw-output --slurpfile data "$CLUSTER_DATA" '
    ($data[0].nodes | map(select(.roles | index("worker")) | .name)) as $workers
    | .unreached as $unreached
    | .failed[] | select(.[0] | IN($workers[])) | select(.[0] | IN($unreached[]) | not) | @tsv
  ' <<<"$judged")
  [[ -z $commands ]] || remote "$controller" "$commands" </dev/null || true
}
