# The command `verify`: whether the cluster is as its description says.
# shellcheck shell=bash

verify_help() {
  cat <<'END'
cluster-tools verify [--on HOSTLIST] [--role ROLE] [--parallel N]

Asks every node, and prints a table of what is in order; fails where something is not, and says what. Only what this
cluster has is checked:

  ssh        root can log in
  clock      chrony follows a server, within a second: Munge refuses credentials when clocks differ
  names      every node's name leads to its address
  mounts     shared file systems are mounted
  munge      a credential of the first controller is understood
  slurm      controllers are up; workers are neither down nor drained
  accounting slurmdbd answers and knows the cluster
  gpus       the driver finds the GPUs that cluster.nix says
  exporters  Prometheus reaches what it asks there
END
}

readonly CHECKS=(ssh clock names mounts munge slurm accounting gpus exporters)

verify_command() {
  if [[ ${1:-} == --help ]]; then
    verify_help
    return
  fi
  read_options '' "$@"
  ((${#words[@]} == 0)) || fail "'${words[0]}' is not understood here" 2
  local controller credential='' hosts name check result detail
  controller=$(jq --raw-output 'first(.nodes[] | select(.roles | index("controller")) | .name)' "$CLUSTER_DATA")
  hosts=$(jq --raw-output '.nodes[] | "\(.ip) \(.name)"' "$CLUSTER_DATA")
  local -A found=() told=()

  if has slurm && ! credential=$(remote "$controller" 'munge -n' </dev/null 2>&1); then
    found[$controller,munge]=FAIL
    told[$controller,munge]="munge -n: $credential"
    credential=
  fi
  # Lines of NODE: CHECK RESULT DETAIL, with tabs between. What the controllers and Prometheus tell of other nodes is
  # kept for the nodes that were chosen.
  while IFS=$'\t' read -r name check result detail; do
    [[ -n $check && " ${chosen[*]} " == *" $name "* ]] || continue
    # What was found wrong stays so.
    [[ ${found[$name,$check]:-} != FAIL ]] || continue
    found[$name,$check]=$result
    told[$name,$check]=$detail
  done < <(
    each verify_node "${chosen[@]}" 2>/dev/null | sed 's/: /\t/'
    ! has slurm || verify_slurm
    ! has accounting || verify_accounting
    ! has monitoring || verify_exporters
  )
  print_table
}

has() {
  jq --exit-status --arg what "$1" '.has | index($what)' "$CLUSTER_DATA" >/dev/null
}

verify_node() {
  local values output
  values=$(jq --raw-output --arg name "$1" '
    .nodes[] | select(.name == $name)
    | @sh "mounts=(\(.mounts))", @sh "folders=(\(.folders))", @sh "gpus=\(.drivenGPUs)", @sh "vendor=\(.gpuVendor)"
  ' "$CLUSTER_DATA")
  if output=$({
    printf '%s\n' "$values"
    printf '%s=%q\n' credential "$credential" hosts "$hosts"
    printf 'slurm=%q\n' "$(! has slurm || printf 1)"
    cat "$tools/on-node/verify.sh"
  } | remote "$1" 'bash -s' 2>&1); then
    printf 'ssh\tpass\t\n%s\n' "$output"
  else
    printf 'ssh\tFAIL\t%s\n' "${output//$'\n'/; }"
  fi
}

# Slurm knows of its controllers and workers; the first controller is asked for all of them.
verify_slurm() {
  local output host state
  if ! output=$(remote "$controller" 'scontrol ping; sinfo --Node --noheader --format="%N %T"' </dev/null 2>&1); then
    printf '%s\tslurm\tFAIL\t%s\n' "$controller" "${output//$'\n'/; }"
  fi
  while read -r host state; do
    case $host in
      Slurmctld*)
        # Slurmctld(primary) at head1 is UP
        [[ $state =~ ^at\ ([^ ]+)\ is\ ([A-Z]+)$ ]] || continue
        host=${BASH_REMATCH[1]} state=${BASH_REMATCH[2]}
        [[ $state == UP ]] && printf '%s\tslurm\tpass\t\n' "$host" || printf '%s\tslurm\tFAIL\tslurmctld is %s\n' "$host" "$state"
        ;;
      *)
        # A star: slurmd does not answer.
        case $state in
          *'*' | down* | drain* | fail* | error* | inval* | unk*)
            printf '%s\tslurm\tFAIL\tslurmd is %s\n' "$host" "$state"
            ;;
          *) printf '%s\tslurm\tpass\t%s\n' "$host" "$state" ;;
        esac
        ;;
    esac
  done <<<"$output"
}

# A cluster is known from the first time that its slurmctld reaches slurmdbd; accounts can be made from then on.
verify_accounting() {
  local output name result=pass
  # slurmdbd keeps it in small letters.
  name=$(jq --raw-output '.name | ascii_downcase' "$CLUSTER_DATA")
  output=$(remote "$controller" 'sacctmgr --noheader --parsable2 list cluster format=cluster' </dev/null 2>&1) || result=FAIL
  if [[ $result == pass && $'\n'$output$'\n' != *$'\n'"$name"$'\n'* ]]; then
    result=FAIL output='slurmdbd does not know the cluster yet: slurmctld makes it known when it reaches slurmdbd'
  fi
  [[ $result == FAIL ]] || output=
  printf '%s\taccounting\t%s\t%s\n' "$controller" "$result" "${output//$'\n'/; }"
}

verify_exporters() {
  local output
  if ! output=$(remote "$controller" 'curl --fail --silent --show-error http://127.0.0.1:9090/api/v1/targets' </dev/null 2>&1); then
    printf '%s\texporters\tFAIL\tPrometheus: %s\n' "$controller" "${output//$'\n'/; }"
    return
  fi
  # The targets of the nodes, by their name before the port.
  jq --raw-output '
    .data.activeTargets
    | group_by(.labels.instance | sub(":[0-9]+$"; ""))[]
    | (.[0].labels.instance | sub(":[0-9]+$"; "")) as $host
    | map(select(.health != "up") | "\(.labels.job): \(.lastError)") as $bad
    | [$host, "exporters", (if $bad == [] then "pass" else "FAIL" end), ($bad | join("; "))]
    | @tsv
  ' <<<"$output"
}

print_table() {
  local name check columns=() failures=0
  for check in "${CHECKS[@]}"; do
    for name in "${chosen[@]}"; do
      if [[ -n ${found[$name,$check]:-} ]]; then
        columns+=("$check")
        break
      fi
    done
  done
  printf '%-15s' NODE
  printf ' %-10s' "${columns[@]}"
  printf '\n'
  for name in "${chosen[@]}"; do
    printf '%-15s' "$name"
    for check in "${columns[@]}"; do
      printf ' %-10s' "${found[$name,$check]:--}"
    done
    printf '\n'
  done
  for name in "${chosen[@]}"; do
    for check in "${columns[@]}"; do
      [[ ${found[$name,$check]:-} == FAIL ]] || continue
      ((failures += 1))
      printf '%s: %s: %s\n' "$name" "$check" "${told[$name,$check]}"
    done
  done
  ((failures == 0)) || fail "$failures checks failed"
}
