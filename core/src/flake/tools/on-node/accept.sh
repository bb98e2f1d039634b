# What a node measures of itself, a line each: TEST, RESULT, DETAIL, with tabs between. RESULT is a number and DETAIL its
# unit, or RESULT is pass, FAIL, not-run (DETAIL tells why), note, text (lines joined by \n) or credential.
# accept.sh puts values in front: tests, load (minutes or 0), slurm, credential, mounts, folders, scratch, sockets, cores,
# cpus, memory, installed (MiB), gpus, vendor, model, fabric.
# shellcheck shell=bash disable=SC2154

report() {
  printf '%s\t%s\t%s\n' "$1" "$2" "${3//[$'\t\n']/ }"
}

# Whether the test is to run. What it starts is looked for by `needs`.
wanted() {
  [[ " ${tests[*]} " == *" $1 "* ]]
}

needs() {
  command -v "$2" >/dev/null || {
    report "$1" not-run "no $2 on this node"
    return 1
  }
}

test_clock() {
  local tracking offset
  needs clock chronyc || return
  # The fields of chronyc(1), tracking: the fifth is the offset in seconds, the last whether a server is followed.
  IFS=, read -r -a tracking < <(chronyc -c tracking 2>&1)
  offset=${tracking[4]:-}
  if [[ ${#tracking[@]} -lt 14 ]]; then
    report clock FAIL "chronyc: ${tracking[*]}"
  elif [[ ${tracking[13]} == 'Not synchronised' ]]; then
    report clock FAIL 'chrony follows no server'
  elif [[ ! $offset =~ ^-?0\.0 ]]; then
    report clock FAIL "the clock is $offset s off; 0.1 s are allowed"
  else
    report clock pass "$offset s"
  fi
}

# Half of the round trip; the controller decodes what this node makes.
test_munge() {
  local output
  needs munge unmunge || return
  if [[ -z $credential ]]; then
    report munge not-run 'the controller gave no credential'
  elif ! output=$(printf '%s' "$credential" | unmunge 2>&1 >/dev/null) && [[ $output != *Expired* ]]; then
    report munge FAIL "$output"
  elif ! output=$(munge -n 2>&1); then
    report munge FAIL "munge -n: $output"
  else
    report munge credential "$output"
  fi
}

# Writes a file of its own name, reads it and removes it. Root may be nobody there (root squash), which is no fault.
try_mount() {
  local file=$1/.cluster-tools-accept-$HOSTNAME-$$ output
  # A server that is gone blocks whoever asks.
  # shellcheck disable=SC2016
  output=$(timeout --signal KILL 30 bash -c '
    printf "%s\n" "$1" >"$1" || exit
    found=$(<"$1")
    rm -f "$1" || exit
    [[ $found == "$1" ]] || { echo "what was written there is read otherwise" >&2; exit 1; }
  ' try "$file" 2>&1)
  case $? in
    0) ;;
    137) wrong+=("$1 does not answer") ;;
    *)
      case $output in
        *'Permission denied'* | *'Operation not permitted'* | *'Read-only file system'*)
          report mounts note "$1 is not writable by root here"
          ;;
        *) wrong+=("$1: ${output##*: }") ;;
      esac
      ;;
  esac
}

test_mounts() {
  local mount folder wrong=()
  ((${#mounts[@]} + ${#folders[@]} > 0)) || return
  for mount in "${mounts[@]}"; do
    if timeout --signal KILL 20 mountpoint -q "$mount"; then
      try_mount "$mount"
    else
      wrong+=("$mount is not mounted")
    fi
  done
  for folder in "${folders[@]}"; do
    if [[ -d $folder ]]; then try_mount "$folder"; else wrong+=("$folder is missing"); fi
  done
  if ((${#wrong[@]} == 0)); then
    report mounts pass ''
  else
    report mounts FAIL "$(printf '%s; ' "${wrong[@]:0:5}" | sed 's/; $//')"
  fi
}

# Held against the design as Slurm would: too little is wrong, more or otherwise is only told.
test_hardware() {
  local found_cpus found_cores found_sockets found_memory wrong=()
  # CPU, core and socket of each CPU that is online.
  read -r found_cpus found_cores found_sockets < <(lscpu --parse=CPU,CORE,SOCKET | awk -F, '
    !/^#/ { cpus[$1]; cores[$2 "," $3]; sockets[$3] }
    END { print length(cpus), length(cores), length(sockets) }
  ')
  found_memory=$(free --mebi | awk '$1 == "Mem:" { print $2 }')
  if ((found_cpus < cpus || found_cores < cores)); then
    wrong+=("$found_cores cores with $found_cpus threads, and not $cores with $cpus")
  elif [[ "$found_sockets $found_cores $found_cpus" != "$sockets $cores $cpus" ]]; then
    report hardware note "has $found_sockets sockets, $found_cores cores, $found_cpus threads; the design has $sockets, $cores, $cpus"
  fi
  if ((found_memory < memory)); then
    wrong+=("$found_memory MiB of memory; of $installed MiB at least $memory must be there")
  elif ((found_memory > installed)); then
    report hardware note "has $found_memory MiB of memory; the design has $installed"
  fi
  if ((${#wrong[@]} == 0)); then
    report hardware pass "$found_cores cores, $found_memory MiB"
  else
    report hardware FAIL "$(printf '%s; ' "${wrong[@]}" | sed 's/; $//')"
  fi
}

# ask_gpus QUERY FIELD: the field of each GPU, of those that tell it.
ask_gpus() {
  timeout 60 nvidia-smi "--query-$1=$2" --format=csv,noheader,nounits 2>/dev/null | grep -v -e 'N/A' -e 'Not Supported' -e 'not a valid'
}

# Whether the design counts slices of GPUs (MIG), by what Slurm calls them: “a100_1g.5gb”.
is_sliced() {
  [[ $model =~ [0-9]g\.[0-9]+gb ]]
}

test_gpus() {
  local count=0 device line name names=() value wrong=() plain
  ((gpus > 0)) || return
  if [[ $vendor == amd ]]; then
    # amdgpu gives each GPU that it drives a render node; that needs no ROCm.
    for device in /sys/class/drm/renderD*/device/vendor; do
      [[ ! -r $device || $(<"$device") != 0x1002 ]] || ((count += 1))
    done
  else
    needs gpus nvidia-smi || return
    # Lines of “GPU 0: NVIDIA H100 … (UUID: …)”, and below each “MIG 1g.10gb Device 0: (UUID: …)” of its slices.
    while read -r line; do
      case $line in
        'GPU '*': '*)
          name=${line#*: }
          names+=("${name%% (UUID*}")
          is_sliced || ((count += 1))
          ;;
        'MIG '*) ! is_sliced || ((count += 1)) ;;
      esac
    done < <(timeout 60 nvidia-smi --list-gpus 2>&1)
  fi
  ((count == gpus)) || wrong+=("the driver finds $count of $gpus")
  if [[ $vendor != amd ]]; then
    while read -r value; do
      [[ $value == 0 ]] || wrong+=("$value uncorrected memory errors since it started")
    done < <(ask_gpus gpu ecc.errors.uncorrected.volatile.total)
    while read -r value; do
      [[ $value != Yes ]] || wrong+=('memory pages are to be retired: reset the GPU')
    done < <(ask_gpus gpu retired_pages.pending)
    while read -r value; do
      [[ $value != Yes && $value != 1 ]] || wrong+=('memory rows are to be remapped: reset the GPU')
    done < <(ask_gpus remapped-rows remapped_rows.pending)
    while read -r value; do
      [[ $value != Yes && $value != 1 ]] || wrong+=('memory rows could not be remapped: replace the GPU')
    done < <(ask_gpus remapped-rows remapped_rows.failure)
    # The design's name is Slurm's: “h100” and “a100-sxm4” are in “NVIDIA H100 80GB HBM3”, “NVIDIA A100-SXM4-40GB”.
    plain=${model%%[-_. ]*}
    for name in "${names[@]}"; do
      name=${name//[^[:alnum:]]/}
      [[ ${name,,} == *"${plain,,}"* ]] || {
        report gpus note "the driver finds ${names[0]}; the design has $model"
        break
      }
    done
    if line=$(timeout 60 nvidia-smi topo -m 2>/dev/null); then
      # Its heading is underlined, also for who is no terminal.
      line=$(printf '%s\n' "$line" | sed 's/\x1b\[[0-9;]*m//g' | expand)
      report topology text "${line//$'\n'/\\n}"
    fi
  fi
  if ((${#wrong[@]} == 0)); then
    report gpus pass "$count"
  else
    report gpus FAIL "$(printf '%s; ' "${wrong[@]:0:5}" | sed 's/; $//')"
  fi
}

# The links that are up, and how fast they are together: a port that is out or came up slower is seen beside the others.
test_fabric() {
  local port name state rate sum=0 down=()
  [[ -n $fabric ]] || return
  for port in /sys/class/infiniband/*/ports/*; do
    [[ -r $port/state ]] || continue
    # “4: ACTIVE”, “200 Gb/sec (4X HDR)”
    state=$(<"$port/state")
    if [[ $state == *ACTIVE ]]; then
      read -r rate _ <"$port/rate"
      sum=$(awk -v sum="$sum" -v rate="$rate" 'BEGIN { print sum + rate }')
    else
      name=${port#*/infiniband/}
      down+=("${name/\/ports\//:} is ${state#*: }")
    fi
  done
  if [[ $sum == 0 ]]; then
    report fabric FAIL "no link is up${down:+: ${down[*]}}"
  else
    report fabric "$sum" Gb/s
  fi
}

test_disk() {
  local file=$scratch/.cluster-tools-accept-$HOSTNAME-$$ size=1024 output free rate
  free=$(df --output=avail --block-size=1M "$scratch" 2>/dev/null | tail -n 1)
  if [[ -z $free ]]; then
    report disk FAIL "$scratch is missing"
  elif ((free < 2 * size)); then
    report disk not-run "$scratch has less than $((2 * size)) MiB free"
  else
    # shellcheck disable=SC2064
    trap "rm -f '$file'" EXIT
    # Past the kernel's memory.
    output=$(LC_ALL=C timeout 120 dd if=/dev/zero of="$file" bs=4M count=$((size / 4)) oflag=direct conv=fsync 2>&1)
    case $?/$output in
      0/*)
        # “1073741824 bytes (1.1 GB, 1.0 GiB) copied, 0.5 s, 2.1 GB/s”
        rate=$(sed -nE 's/^([0-9]+) bytes .* ([0-9.e+-]+) s, .*/\1 \2/p' <<<"$output" | awk '{ printf "%.0f", $1 / $2 / 1e6 }')
        report disk "$rate" MB/s
        ;;
      *'Invalid argument'*) report disk not-run "$scratch cannot be written past the kernel's memory (direct I/O)" ;;
      124/*) report disk FAIL "$scratch takes more than 120 s for $size MiB" ;;
      *) report disk FAIL "$scratch: ${output##*: }" ;;
    esac
    rm -f "$file"
    trap - EXIT
  fi
}

# benchmark TEST UNIT ARGUMENT…
benchmark() {
  local test=$1 unit=$2 output
  shift 2
  needs "$test" node-benchmark || return
  output=$(node-benchmark "$@" 2>&1)
  case $? in
    0) report "$test" "$output" "$unit" ;;
    3) report "$test" FAIL "${output#*: }" ;;
    *) report "$test" not-run "$output" ;;
  esac
}

# Of what is free an eighth, and more than caches hold.
test_memory() {
  local free
  free=$(free --mebi | awk '$1 == "Mem:" { print $7 }')
  benchmark memory MB/s memory "$((free / 8 > 8192 ? 8192 : free / 8))" 5
}

test_cpu() {
  benchmark cpu Gflop/s cpu 5
}

test_load() {
  ((load > 0)) || return
  benchmark load Gflop/s cpu "$((load * 60))"
}

# What the memory controllers counted since the start, these tests included.
test_ecc() {
  local count uncorrected=0 corrected=0 found=
  for count in /sys/devices/system/edac/mc/mc*/ue_count; do
    [[ -r $count ]] || continue
    found=1
    ((uncorrected += $(<"$count")))
    ((corrected += $(<"${count%ue_count}ce_count")))
  done
  [[ -n $found ]] || return
  if ((uncorrected > 0)); then
    report ecc FAIL "$uncorrected memory errors could not be corrected since the start"
    return
  fi
  ((corrected == 0)) || report ecc note "corrected $corrected memory errors since the start"
  report ecc pass ''
}

test_burn() {
  local seconds=30 output
  ((gpus > 0)) && [[ $vendor == nvidia ]] || return
  needs burn gpu_burn || return
  if is_sliced; then
    report burn not-run 'the GPUs are sliced (MIG)'
    return
  fi
  ((load == 0)) || seconds=$((load * 60))
  output=$(timeout "$((seconds + 180))" gpu_burn "$seconds" 2>&1 | tr '\r' '\n')
  # At the end “GPU 0: OK” or “GPU 0: FAULTY”, before that “… proc'd: 600 (11456 Gflop/s) - 600 (11500 Gflop/s) errors: 0 - 0 …”.
  if [[ $output == *FAULTY* ]]; then
    report burn FAIL "gpu_burn: $(grep -c FAULTY <<<"$output") of $gpus GPUs compute wrong"
  elif (($(grep -c 'GPU [0-9]*: OK' <<<"$output") != gpus)); then
    report burn FAIL "gpu_burn: $(tail -n 1 <<<"$output")"
  else
    # Of the slowest GPU.
    report burn "$(grep -oE '\([0-9.]+ Gflop/s' <<<"$output" | tail -n "$gpus" | tr -d '(' | sort -n | awk 'NR == 1 { print $1 }')" Gflop/s
  fi
}

accept() {
  local test
  for test in clock munge mounts hardware gpus fabric disk memory cpu burn load ecc; do
    ! wanted "$test" || "test_$test"
  done
  return 0
}

# This text itself comes on standard input.
accept </dev/null
