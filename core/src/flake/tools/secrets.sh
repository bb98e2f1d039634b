# The command `secrets`: making, placing and checking the files that no flake may hold.
# shellcheck shell=bash

secrets_help() {
  cat <<'END'
cluster-tools secrets list|make|place|check [--folder FOLDER] [--on HOSTLIST] [--role ROLE] [--parallel N]

Files that nodes need and that must not be in a flake, since everybody can read the Nix store: keys, passwords, tokens,
and what only this site has, such as certificates. cluster.nix lists them under `secrets`.

  list     what there is, and what is made already
  make     make what is missing: random keys once for all nodes; passwords are asked for on the terminal
  place    bring them to the nodes that need them, each owned as it must be, whole or not at all; with --restart then
           restart the services that read a file that changed, and start those that do not run
  check    whether every node has them, owned as they must be, and alike

They lie in FOLDER under the paths that they have on nodes: ~/.local/state/cluster-tools/NAME unless told. Keep a copy of it
in a safe place. Nothing prints a secret, and none that exists is made anew: remove its file to change it.
END
}

secrets_command() {
  local action=${1:-}
  case $action in
    list | make | place | check) ;;
    --help | help | '')
      secrets_help
      return
      ;;
    *) fail "secrets does not know '$action': it knows list, make, place and check" 2 ;;
  esac
  read_options 'folder= restart' "${@:2}"
  ((${#words[@]} == 0)) || fail "'${words[0]}' is not understood here" 2
  choose_folder
  "secrets_$action"
}

# Sets `folder`, where the secrets lie on this machine.
choose_folder() {
  local above
  folder=${option[folder]:-${XDG_STATE_HOME:-$HOME/.local/state}/cluster-tools/$(jq --raw-output .name "$CLUSTER_DATA")}
  [[ $folder == /* ]] || folder=$PWD/$folder
  # The nearest folder that is there already, or git could not tell.
  above=$folder
  while [[ ! -d $above ]]; do above=$(dirname "$above"); done
  if git -C "$above" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git -C "$above" check-ignore --quiet "$folder" \
      || fail "$folder is in a git repository and not ignored there: a commit would publish the secrets; choose another --folder"
    return
  fi
  # Without git, Nix copies all of a flake's folder into its store.
  while true; do
    [[ ! -e $above/flake.nix ]] || fail "$folder is in the flake $above, which Nix copies into its store; choose another --folder"
    [[ $above != / ]] || break
    above=$(dirname "$above")
  done
}

# each_secret FUNCTION [NAME]: the function for every secret (of the node NAME), with the secret's values in variables.
each_secret() {
  local function=$1 line status=0
  local file what where owner mode make bytes variable units
  while IFS= read -r line; do
    IFS=$'\x1f' read -r file what where owner mode make bytes variable units <<<"$line"
    case $file in
      */../* | */..) fail "the secret $file: '..' is not allowed in its path" ;;
      /*) ;;
      *) fail "the secret $file: its path must begin with /" ;;
    esac
    "$function" "${@:2}" || status=1
  done < <(jq --raw-output --arg name "${2:-}" '
    .secrets[]
    | select($name == "" or (.nodes | index($name)))
    | [.file, .what, .where, .owner, .mode, .make, .bytes, .variable, (.units | join(" "))]
    | map(tostring)
    | join("\u001f")
  ' "$CLUSTER_DATA")
  return "$status"
}

secrets_list() {
  each_secret list_secret
}

list_secret() {
  local state=missing
  if [[ $make == host-certificate ]]; then
    state="made by 'cluster-tools ssh-ca sign'"
  elif [[ -e $folder$file ]]; then
    state=made
  fi
  printf '%s: %s\n    on %s, owner %s, mode %s; %s\n' "$file" "$what" "${where:-no node}" "$owner" "$mode" "$state"
}

secrets_make() {
  umask 077
  mkdir -p "$folder"
  # Standard input stays the terminal: each_secret reads its list elsewhere.
  exec {terminal}<&0
  each_secret make_secret || fail "something is still missing in $folder"
}

make_secret() {
  local target=$folder$file new
  if [[ $make == host-certificate ]]; then
    return
  elif [[ -e $target ]]; then
    printf 'kept %s\n' "$target"
    return
  elif [[ $make == bring ]]; then
    printf 'bring %s: put it into %s\n' "$what" "$target" >&2
    return 1
  fi
  mkdir -p "${target%/*}"
  new=$(mktemp "$target.XXXXXX")
  if ! make_content >"$new"; then
    rm -f "$new"
    return 1
  fi
  mv "$new" "$target"
  printf 'made %s\n' "$target"
}

# The content of a secret, on standard output.
make_content() {
  local value again
  case $make in
    bytes) head --bytes="$bytes" /dev/urandom ;;
    text) head --bytes=32 /dev/urandom | base64 --wrap=0 ;;
    ask | password-hash)
      IFS= read -r -s -u "$terminal" -p "$what: " value || [[ -n $value ]] || return 1
      if [[ -t $terminal ]]; then
        IFS= read -r -s -u "$terminal" -p $'\nonce more: ' again
        printf '\n' >&2
        [[ $value == "$again" ]] || { printf 'the two differ\n' >&2 && return 1; }
      fi
      [[ -n $value ]] || { printf '%s: nothing was given\n' "$what" >&2 && return 1; }
      if [[ $make == password-hash ]]; then
        openssl passwd -6 -stdin <<<"$value"
      elif [[ -n $variable ]]; then
        # As systemd.exec(5) reads an EnvironmentFile: in double quotes, these four need a backslash.
        value=${value//\\/\\\\}
        value=${value//\"/\\\"}
        value=${value//\$/\\\$}
        value=${value//\`/\\\`}
        printf '%s="%s"\n' "$variable" "$value"
      else
        printf '%s' "$value"
      fi
      ;;
    *) fail "the secret $file is to be made as '$make': cluster.nix must say bytes, text, ask, password-hash, bring or host-certificate" ;;
  esac
}

secrets_place() {
  each place_on "${chosen[@]}"
}

# All files first, since a service may read several; then what reads them, each once.
place_on() {
  local service services=() words=() status=0
  # By service: a plus where a file changed that it reads.
  local -A changed=()
  each_secret place_secret "$1" || status=1
  if [[ -n ${option[restart]:-} ]]; then
    for service in "${services[@]}"; do words+=("${changed[$service]}$service"); done
    on_node "$1" restart "${words[@]}" </dev/null || status=1
  fi
  return "$status"
}

# Places a secret, and adds the services that read it to `services` and `changed`.
place_secret() {
  local service source=$folder$file told mark='' status=0
  [[ $make != host-certificate ]] || return 0
  if [[ ! -f $source ]]; then
    printf "%s is missing: run 'cluster-tools secrets make'\n" "$source"
    return 1
  fi
  told=$(on_node "$1" place "$file" "$owner" "$mode" "$(wc --bytes <"$source")" <"$source") || status=1
  printf '%s\n' "$told"
  [[ $'\n'$told != *$'\n'"$file: placed"* ]] || mark=+
  for service in $units; do
    [[ -v changed[$service] ]] || services+=("$service")
    changed[$service]=${mark:-${changed[$service]:-}}
  done
  return "$status"
}

secrets_check() {
  local results status=0
  results=$(mktemp)
  # Expanded now: the trap outlives the variable.
  # shellcheck disable=SC2064
  trap "rm -f '$results'" EXIT
  each check_on "${chosen[@]}" >"$results" || status=1
  # What is no finding is a complaint of ssh.
  sed -n '/\x1f/!p' "$results" >&2
  each_secret compare_secret || status=1
  ((status == 0)) || fail "secrets are missing or differ; 'cluster-tools secrets place' brings what lies here"
}

check_on() {
  each_secret check_secret "$1"
}

check_secret() {
  # ssh would take the list of secrets for its input.
  on_node "$1" check "$file" "$owner" "$mode" </dev/null
}

# Prints what the nodes told about a secret, but never a sum: one of a short password would help to guess it.
compare_secret() {
  local here='' name found problem sum status=0 nodes=0
  if [[ -f $folder$file && $make != host-certificate ]]; then
    here=$(sha256sum <"$folder$file")
    here=${here%% *}
  fi
  while IFS=$'\x1f' read -r name found problem sum; do
    [[ $found == "$file" ]] || continue
    ((nodes += 1))
    # A certificate is another one on each node. Of all others, what lies here decides which is right, or the first.
    if [[ $make != host-certificate && -n $sum ]]; then
      here=${here:-$sum}
      [[ $sum == "$here" ]] || problem="${problem:+$problem, }differs"
    fi
    if [[ -n $problem ]]; then
      printf '%s: %s: %s\n' "$name" "$file" "$problem"
      status=1
    fi
  done < <(sed 's/: /\x1f/' "$results")
  ((status != 0)) || printf '%s: good on %d nodes\n' "$file" "$nodes"
  return "$status"
}
