# Choosing nodes, reaching them, and the commands `nodes` and `run`.
# shellcheck shell=bash

# The names of the nodes that --on and --role choose, a line each.
select_nodes() {
  jq --raw-output --arg on "$1" --arg role "$2" -L "$tools" '
    include "hostlists";
    (.nodes | map(.name)) as $names
    | ($on | hosts) as $wanted
    | ($wanted - $names) as $unknown
    | if $unknown != [] then
        "cluster-tools: the cluster has no node \($unknown | join(", "))\n" | halt_error(2)
      elif $on != "" and $wanted == [] then
        "cluster-tools: \($on) names no node\n" | halt_error(2)
      else . end
    | .nodes[]
    | select($on == "" or (.name | IN($wanted[])))
    | select($role == "" or (.roles | index($role)))
    | .name
  ' "$CLUSTER_DATA"
}

# What the options of a command chose: the nodes, how many at once, and the words that follow the options.
chosen=()
parallel=32
words=()
# Further options of a command, by name: a switch is 1 where it was given.
declare -A option=()

# read_options "NAME… NAME=…" WORD…: `restart` is a switch --restart, `folder=` an option --folder VALUE.
read_options() {
  local known=" on= role= parallel= $1 " name
  shift
  while (($# > 0)); do
    case $1 in
      --)
        shift
        break
        ;;
      --*)
        name=${1#--}
        if [[ $known == *" $name= "* ]]; then
          (($# > 1)) || fail "--$name needs a value" 2
          option[$name]=$2
          shift 2
        elif [[ $known == *" $name "* ]]; then
          option[$name]=1
          shift
        else
          fail "the option $1 is not known here; --help tells which are" 2
        fi
        ;;
      *) break ;;
    esac
  done
  words=("$@")
  local names
  names=$(select_nodes "${option[on]:-}" "${option[role]:-}") || exit 2
  mapfile -t chosen < <(printf '%s' "${names:+$names$'\n'}")
  parallel=${option[parallel]:-$parallel}
  [[ $parallel =~ ^[1-9][0-9]*$ ]] || fail "--parallel takes a number from 1 on, not '$parallel'" 2
  [[ ${#chosen[@]} -gt 0 ]] || fail "no node was chosen" 2
}

declare -A address=()

# remote NAME COMMAND: the command, for the shell of root there; what stands on standard input goes along.
remote() {
  local name=$1
  if [[ ${#address[@]} -eq 0 ]]; then
    local other ip
    while read -r other ip; do address[$other]=$ip; done \
      < <(jq --raw-output '.nodes[] | "\(.name) \(.ip)"' "$CLUSTER_DATA")
  fi
  ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o StrictHostKeyChecking=accept-new \
    -o HostName="${address[$name]}" -o HostKeyAlias="$name" "root@$name" "$2"
}

# on_node NAME SCRIPT ARGUMENT…: a script of on-node/, with its arguments quoted for the shell there.
on_node() {
  local name=$1 script=$2
  shift 2
  remote "$name" "set --$( (($# == 0)) || printf ' %q' "$@")"$'\n'"$(<"$tools/on-node/$script.sh")"
}

# each FUNCTION NAME…: the function for every name, so many at once as --parallel says, each line of its output behind
# the name. Fails, and says for which names, where the function failed.
each() {
  local function=$1 name tokens status
  shift
  local -A running=() failed=()
  # Who starts takes a token out of a pipe, who ends puts it back: `wait -n` can miss who ends too early.
  exec {tokens}<> <(:)
  printf '%*s' "$((parallel < $# ? parallel : $#))" '' >&"$tokens"
  for name in "$@"; do
    IFS='' read -r -N 1 -u "$tokens"
    (
      trap 'printf " " >&"$tokens"' EXIT
      prefixed "$name" "$function"
    ) &
    running[$name]=$!
  done
  for name in "$@"; do
    status=0
    wait "${running[$name]}" || status=$?
    # A trapped signal ends the wait, and not the process.
    while ((status > 128)) && kill -0 "${running[$name]}" 2>/dev/null; do
      status=0
      wait "${running[$name]}" || status=$?
    done
    ((status == 0)) || failed[$name]=1
  done
  exec {tokens}>&-
  ((${#failed[@]} > 0)) || return 0
  printf 'cluster-tools: %d of %d nodes failed:' "${#failed[@]}" "$#" >&2
  for name in "$@"; do
    [[ -z ${failed[$name]:-} ]] || printf ' %s' "$name" >&2
  done
  printf '\n' >&2
  return 1
}

prefixed() {
  local line
  "$2" "$1" </dev/null 2>&1 | while IFS= read -r line || [[ -n $line ]]; do printf '%s: %s\n' "$1" "$line"; done
}

nodes_command() {
  if [[ ${1:-} == --help ]]; then
    cat <<'END'
cluster-tools nodes [--role ROLE] [HOSTLIST]

Lists the nodes as cluster.nix has them: name, address, roles, GPUs.
END
    return
  fi
  read_options '' "$@"
  if ((${#words[@]} > 0)); then
    read_options '' --on "$(IFS=,; printf '%s' "${words[*]}")" --role "${option[role]:-}"
  fi
  local name ip roles gpus
  while IFS=$'\t' read -r name ip roles gpus; do
    printf '%-15s %-15s %-20s %s\n' "$name" "$ip" "$roles" "$gpus"
  done < <(jq --raw-output '
    (["NODE", "ADDRESS", "ROLES", "GPUS"] | @tsv),
    (.nodes[] | select(.name | IN($ARGS.positional[]))
      | [.name, .ip, (.roles | join(",")), (if .gpus > 0 then "\(.gpus) \(.gpuVendor) \(.gpuModel)" else "-" end)]
      | @tsv)
  ' "$CLUSTER_DATA" --args "${chosen[@]}")
}

run_command() {
  if [[ ${1:-} == --help || $# -eq 0 ]]; then
    cat <<'END'
cluster-tools run [--on HOSTLIST] [--role ROLE] [--parallel N] COMMAND…

Runs a command as root on many nodes at once (32 unless told), each line of output behind its node's name. As with ssh,
the words are joined and the node's shell reads them. Fails where the command failed on any node, and names those.

  cluster-tools run --role worker uptime
  cluster-tools run --on 'cn[001-016]' 'systemctl restart slurmd && systemctl is-active slurmd'
END
    return
  fi
  read_options '' "$@"
  ((${#words[@]} > 0)) || fail "a command is missing; 'cluster-tools run --help' tells how" 2
  each run_words "${chosen[@]}"
}

run_words() {
  remote "$1" "${words[*]}"
}
