# What a node can tell of itself, a line for each check: its name, pass or FAIL, a detail, with tabs between.
# verify.sh puts values in front: mounts, folders, gpus, vendor, credential, hosts (lines of address and name), slurm.
# shellcheck shell=bash disable=SC2154

report() {
  printf '%s\t%s\t%s\n' "$1" "$2" "${3//[$'\t\n']/ }"
}

verify() {
  local tracking offset wrong=() ip name found mount folder output count device line
  # The fields of chronyc(1), tracking: the fifth is the offset in seconds, the last whether a server is followed.
  IFS=, read -r -a tracking < <(chronyc -c tracking 2>&1)
  offset=${tracking[4]:-}
  if [[ ${#tracking[@]} -lt 14 ]]; then
    report clock FAIL "chronyc: ${tracking[*]}"
  elif [[ ${tracking[13]} == 'Not synchronised' ]]; then
    report clock FAIL 'chrony follows no server'
  elif [[ ! $offset =~ ^-?0\. ]]; then
    report clock FAIL "the clock is $offset s off"
  else
    report clock pass "$offset s"
  fi

  wrong=()
  while read -r ip name; do
    read -r found _ < <(getent ahostsv4 "$name") || found='nowhere'
    [[ $found == "$ip" ]] || wrong+=("$name leads to $found, not $ip")
  done <<<"$hosts"
  if ((${#wrong[@]} == 0)); then report names pass ''; else report names FAIL "${wrong[*]:0:5}"; fi

  if ((${#mounts[@]} + ${#folders[@]} > 0)); then
    wrong=()
    for mount in "${mounts[@]}"; do
      # A server that is gone would block this for good.
      timeout 20 mountpoint -q "$mount" || wrong+=("$mount is not mounted.")
    done
    for folder in "${folders[@]}"; do
      [[ -d $folder ]] || wrong+=("$folder is missing.")
    done
    if ((${#wrong[@]} == 0)); then report mounts pass ''; else report mounts FAIL "${wrong[*]}"; fi
  fi

  if [[ -n $slurm ]]; then
    if [[ -z $credential ]]; then
      report munge FAIL 'the first controller gave no credential'
    elif output=$(printf '%s' "$credential" | unmunge 2>&1 >/dev/null); then
      report munge pass ''
    else
      report munge FAIL "$output"
    fi
  fi

  if ((gpus > 0)); then
    count=0
    if [[ $vendor == amd ]]; then
      # amdgpu gives each GPU that it drives a render node; that needs no ROCm.
      for device in /sys/class/drm/renderD*/device/vendor; do
        [[ ! -r $device || $(<"$device") != 0x1002 ]] || ((count += 1))
      done
    else
      # Lines of “GPU 0: NVIDIA H100 … (UUID: …)”.
      while read -r line; do [[ $line != 'GPU '* ]] || ((count += 1)); done < <(nvidia-smi --list-gpus 2>&1)
    fi
    if ((count == gpus)); then report gpus pass "$count"; else report gpus FAIL "the driver finds $count of $gpus"; fi
  fi
}

# This text itself comes on standard input.
verify </dev/null
