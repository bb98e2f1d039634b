# activate SYSTEM ACTION [GENERATION]: makes SYSTEM the system profile's newest generation, or goes back to GENERATION that
# holds it; then ACTION is `switch` now, or `boot` from the next start on.
# shellcheck shell=bash
set -eu
system=$1 action=$2 generation=${3:-}
profile=/nix/var/nix/profiles/system
# The name that nixos-rebuild gives it: two switches never run at once.
unit=nixos-rebuild-switch-to-configuration

# One that a lost connection left running.
while systemctl --quiet is-active "$unit"; do sleep 2; done

if [ -n "$generation" ]; then
  nix-env --profile "$profile" --switch-generation "$generation"
else
  nix-env --profile "$profile" --set "$system"
fi
if [ "$action" = boot ]; then
  exec "$system/bin/switch-to-configuration" boot
fi
# In a unit of its own, and without a pipe to here: it goes on when the connection is lost, which it may cut itself.
start=$(date +%s)
status=0
systemd-run --unit "$unit" --collect --wait --quiet --service-type=exec --setenv=NIXOS_INSTALL_BOOTLOADER=0 \
  "$system/bin/switch-to-configuration" switch || status=$?
journalctl --quiet --output=cat --since="@$start" --unit="$unit" || true
exit "$status"
