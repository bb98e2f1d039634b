# The command `deploy`: nixos-rebuild for many nodes.
# shellcheck shell=bash

deploy_help() {
  cat <<'END'
cluster-tools deploy [--on HOSTLIST] [--role ROLE] [--parallel N] [--flake FOLDER] ACTION [OPTION…]

Builds the configuration of each node here and brings it there with nixos-rebuild: four nodes at once unless told, since each
takes a gigabyte of memory here while it is evaluated. The flake is the one in the current folder unless told. ACTION is one of
nixos-rebuild's: `switch` now, `boot` from the next start on, `test` until the next start, `dry-activate` to see what would
restart. Each OPTION goes to nixos-rebuild.

  cluster-tools deploy --on ctl1 switch
  cluster-tools deploy --role worker boot --build-host root@ctl1
END
}

deploy_command() {
  if [[ ${1:-} == --help || $# -eq 0 ]]; then
    deploy_help
    return
  fi
  read_options 'flake=' "$@"
  case ${words[0]:-} in
    switch | boot | test | dry-activate) ;;
    '') fail "an action is missing: switch, boot, test or dry-activate" 2 ;;
    *) fail "deploy does not know '${words[0]}': it knows switch, boot, test and dry-activate" 2 ;;
  esac
  flake=${option[flake]:-.}
  [[ -e $flake/flake.nix ]] || fail "there is no flake.nix in $flake: run this in the flake's folder, or name it with --flake" 2
  parallel=${option[parallel]:-4}
  ssh_config=$(mktemp)
  # Expanded now: the trap outlives the variable.
  # shellcheck disable=SC2064
  trap "rm -f '$ssh_config'" EXIT
  write_ssh_config
  each deploy_node "${chosen[@]}"
}

# Writes the file `ssh_config`, for the programs of Nix: nodes by their names, also where only the cluster resolves them, and
# whichever of them builds.
write_ssh_config() {
  jq --raw-output '
    "Include ~/.ssh/config",
    (.nodes[] | "Host \(.name)", "  HostName \(.ip)", "  HostKeyAlias \(.name)"),
    "Host *", "  StrictHostKeyChecking accept-new", "  ServerAliveInterval 15", "Include /etc/ssh/ssh_config"
  ' "$CLUSTER_DATA" >"$ssh_config"
}

deploy_node() {
  NIX_SSHOPTS="-F $ssh_config" \
    nixos-rebuild "${words[0]}" --no-reexec --flake "$flake#$1" --target-host "root@$1" "${words[@]:1}"
}
