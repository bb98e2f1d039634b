#!/usr/bin/env bash
# What an administrator does on all nodes at once: see `help` below.
#
# CLUSTER_DATA names the file that ./default.nix makes of the cluster's values. What runs on nodes is in on-node/.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$tools/accept.sh"
source "$tools/nodes.sh"
source "$tools/deploy.sh"
source "$tools/secrets.sh"
source "$tools/ssh-ca.sh"
source "$tools/verify.sh"
source "$tools/update.sh"

help() {
  cat <<'END'
cluster-tools COMMAND, and `cluster-tools COMMAND --help`:

  nodes      list the nodes: address, roles, GPUs
  run        run a command on many nodes
  deploy     bring the flake's configuration to many nodes at once
  update     bring it to them in batches, each node when its jobs have ended
  rollback   take nodes back to the generation before, in the same way
  secrets    make the files that no flake may hold, place them on the nodes, check them there
  ssh-ca     let an authority sign the nodes' host keys
  verify     check clocks, names, mounts, Munge, Slurm, GPUs and exporters
  accept     test nodes after installation or repair: memory, cores, disks, GPUs, fabric, beside those that are alike
  help       show this text

Nodes are chosen with --on HOSTLIST (`cn[001-128],login1`) and --role ROLE (controller, worker, login, storage); both
together mean the nodes that are in both, neither means all. They are reached as root by ssh, under their names for
~/.ssh/config and known_hosts, at the addresses of cluster.nix. A host key that was never seen is accepted; one that
changed is not.
END
}

# Ends with a sentence that says what to do.
fail() {
  printf 'cluster-tools: %s\n' "$1" >&2
  exit "${2:-1}"
}

main() {
  local command=${1:-help}
  case $command in
    help | --help | -h) help ;;
    nodes | run | deploy | update | rollback | secrets | ssh-ca | verify | accept)
      [[ -r ${CLUSTER_DATA:-} ]] || fail "CLUSTER_DATA names no file: start this by 'nix run .#cluster-tools'" 2
      "${command//-/_}_command" "${@:2}"
      ;;
    *) fail "there is no command '$command'; 'cluster-tools help' lists them" 2 ;;
  esac
}

main "$@"
