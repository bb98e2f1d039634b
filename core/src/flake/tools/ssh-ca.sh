# The command `ssh-ca`: an authority for the nodes' host keys.
# shellcheck shell=bash

ssh_ca_help() {
  cat <<'END'
cluster-tools ssh-ca make|sign [--folder FOLDER] [--on HOSTLIST] [--role ROLE] [--parallel N]

With an authority, nobody is asked whether a node's host key is known, nor warned when a node was installed anew.

  make   make the authority's key, once, beside the secrets (see `cluster-tools secrets --help`), and print its public half:
         the value of users.sshHostCA in the design
  sign   sign the host key of each node, as it has it now, and place the certificate there; again for nodes that were
         installed anew

To trust it on a machine outside, add a line to ~/.ssh/known_hosts: @cert-authority NAMES PUBLIC-KEY
Whoever has the authority's key can pass for any node: keep the folder safe.
END
}

ssh_ca_command() {
  local action=${1:-}
  case $action in
    make | sign) ;;
    --help | help | '')
      ssh_ca_help
      return
      ;;
    *) fail "ssh-ca does not know '$action': it knows make and sign" 2 ;;
  esac
  read_options 'folder=' "${@:2}"
  ((${#words[@]} == 0)) || fail "'${words[0]}' is not understood here" 2
  choose_folder
  authority=$folder/ssh-host-ca
  umask 077
  if [[ $action == make ]]; then
    mkdir -p "$folder"
    if [[ ! -e $authority ]]; then
      ssh-keygen -q -t ed25519 -N '' -C "host keys of $(jq --raw-output .name "$CLUSTER_DATA")" -f "$authority"
    fi
    cat "$authority.pub"
    return
  fi
  [[ -f $authority ]] || fail "$authority is missing: run 'cluster-tools ssh-ca make'"
  domain=$(jq --raw-output .domain "$CLUSTER_DATA")
  each sign_host_key "${chosen[@]}"
}

sign_host_key() {
  local name=$1 work key=/etc/ssh/ssh_host_ed25519_key
  work=$(mktemp -d)
  # In a process of its own; expanded now, since the trap outlives the variable.
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  remote "$name" "cat $key.pub" >"$work/host.pub" || return 1
  ssh-keygen -q -s "$authority" -I "$name" -h -n "$name,$name.$domain,${address[$name]}" "$work/host.pub" || return 1
  on_node "$name" place "$key-cert.pub" root 0644 "$(wc --bytes <"$work/host-cert.pub")" <"$work/host-cert.pub" || return 1
  on_node "$name" restart +sshd </dev/null
}
