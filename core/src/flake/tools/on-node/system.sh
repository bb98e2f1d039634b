# system: what this node runs and what it can go back to, separated by the byte 0x1f: the system that runs, the one that was
# booted, the boot's id, Slurm's release in what runs; the profile's generation and its system, the newest generation, the
# generation before the profile's and its system, Slurm's release in that.
# shellcheck shell=bash
set -u
profile=/nix/var/nix/profiles/system

# The wrapper of NixOS names the package: /nix/store/…-slurm-25.05.4.1/bin/scontrol.
slurm() { sed -n 's/.*-slurm-\([0-9]*\.[0-9]*\).*/\1/p' "$1/sw/bin/scontrol" 2>/dev/null | head -n 1; }

generation=$(readlink "$profile")
generation=${generation##*system-} generation=${generation%-link}
newest=$generation before=0
for link in "$profile"-*-link; do
  number=${link#"$profile-"} number=${number%-link}
  [ "$number" -le "$newest" ] || newest=$number
  if [ "$number" -lt "$generation" ] && [ "$number" -gt "$before" ]; then before=$number; fi
done
earlier=
[ "$before" -eq 0 ] || earlier=$(readlink -f "$profile-$before-link")

printf '%s\037' "$(readlink -f /run/current-system)" "$(readlink -f /run/booted-system)" \
  "$(cat /proc/sys/kernel/random/boot_id)" "$(slurm /run/current-system)" \
  "$generation" "$(readlink -f "$profile")" "$newest" "$before" "$earlier" "$(slurm "$profile-$before-link")"
