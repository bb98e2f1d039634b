# Gives whoever logs in a key for SSH between the cluster's nodes, without a passphrase and once: in the shared home it
# is there on all of them. Its argument is from where the key is taken: the cluster's subnet.
#
# The key is in place by one link(2), so that of many logins at the same time one wins. sshd reads
# ~/.ssh/authorized_keys_cluster beside the user's own file, which stays untouched.
set -eu
umask 077

if [ "$(id -u)" -lt 1000 ] || [ ! -w "${HOME:-}" ]; then
  exit 0
fi
folder=$HOME/.ssh
key=$folder/id_cluster
authorized=$folder/authorized_keys_cluster

if [ -e "$key" ] && grep -qsF "from=\"$1\" " "$authorized"; then
  exit 0
fi

mkdir -p "$folder"
work=$(mktemp -d "$folder/cluster.XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ ! -e "$key" ]; then
  ssh-keygen -q -t ed25519 -N '' -C "$(id -un), between nodes" -f "$work/key"
  ln "$work/key" "$key" 2>/dev/null || [ -e "$key" ]
fi
printf 'from="%s" %s\n' "$1" "$(ssh-keygen -y -f "$key")" >"$work/authorized"
mv -f "$work/authorized" "$authorized"
