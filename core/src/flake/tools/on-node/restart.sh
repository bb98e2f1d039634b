# restart [+]SERVICE…: in the order in which the services need each other. Of those that this node has, the ones with a plus
# are restarted, and the others started where they do not run.
# shellcheck shell=bash
set -u

for service in "$@"; do
  shift
  unit=${service#+}.service
  [ "$(systemctl show --property LoadState --value "$unit")" = loaded ] || continue
  [ "$service" != "${service#+}" ] || ! systemctl --quiet is-active "$unit" || continue
  set -- "$@" "$unit"
done
[ "$#" -gt 0 ] || exit 0

# One that failed too often in a row would not be started again. systemd knows who waits for whom; one that fails stops none
# of the others, unless they need it.
systemctl reset-failed "$@" 2>/dev/null
timeout 180 systemctl restart "$@" 2>/dev/null

# How a unit is, once it is no longer starting; one that tries again gets half a minute.
settled() {
  for _ in 1 2 3 4 5 6; do
    state=$(systemctl is-active "$1")
    [ "$state" = activating ] || break
    sleep 5
  done
}

status=0
for unit in "$@"; do
  settled "$unit"
  if [ "$state" = active ]; then
    echo "${unit%.service}: started"
  else
    echo "${unit%.service}: $state; 'journalctl -u ${unit%.service}' on the node tells why"
    status=1
  fi
done
exit "$status"
