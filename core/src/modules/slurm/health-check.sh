# What slurmd runs when it starts and every two minutes: a node that lacks what jobs need is drained, and comes back once all
# is there. default.nix puts values in front: mounts, services, gpus. A node that others drained stays as they left it.
# shellcheck shell=bash disable=SC2154
PATH=/run/current-system/sw/bin
node=${SLURMD_NODENAME:-$(hostname -s)}
mark='health check: '

problem=
for mount in "${mounts[@]}"; do
  if ! grep --quiet --fixed-strings " $mount " /proc/self/mounts; then
    problem="$mount is not mounted"
  # A server that is gone blocks whoever asks.
  elif ! timeout --signal KILL 15 stat --file-system "$mount" >/dev/null 2>&1; then
    problem="$mount does not answer"
  fi
done
for service in "${services[@]}"; do
  systemctl --quiet is-active "$service" || problem="$service does not run"
done
# A GPU that is lost is in no list; a driver that hangs blocks whoever asks.
if ((gpus > 0)); then
  found=$(timeout --signal KILL 15 nvidia-smi --list-gpus 2>/dev/null | grep --count '^GPU ')
  ((found == gpus)) || problem="the driver finds $found of $gpus GPUs"
fi

# “idle none”, “drained health check: /home is not mounted”
read -r state reason < <(sinfo --noheader --nodes "$node" --format '%T %E')
if [[ -n $problem ]]; then
  case $state in
    drain*) [[ $reason == "$mark"* && $reason != "$mark$problem" ]] || exit 0 ;;
  esac
  scontrol update NodeName="$node" State=DRAIN Reason="$mark$problem"
elif [[ $state == drain* && $reason == "$mark"* ]]; then
  scontrol update NodeName="$node" State=RESUME
fi
