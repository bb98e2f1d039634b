# Starts the mounts that failed, or that never came about since the machine started. default.nix puts `mounts` in front.
# shellcheck shell=bash disable=SC2154
units=()
for mount in "${mounts[@]}"; do
  unit=$(systemd-escape --path --suffix=mount "$mount")
  state=$(systemctl show --property ActiveState --value "$unit")
  mounted=$(systemctl show --property ActiveEnterTimestampMonotonic --value "$unit")
  if [ "$state" = failed ] || [ "$state $mounted" = "inactive 0" ]; then
    units+=("$unit")
  fi
done
if [ "${#units[@]}" -gt 0 ]; then
  systemctl start "${units[@]}"
fi
