# check FILE OWNER MODE: prints the file, what is wrong with it, and its sum, separated by the byte 0x1f.
# shellcheck shell=bash
set -eu
file=$1 owner=$2 mode=$3

problem='' sum=''
if [ ! -f "$file" ]; then
  problem=missing
else
  sum=$(sha256sum <"$file")
  sum=${sum%% *}
  has=$(stat -c '%U %04a' "$file")
  if [ "$has" != "$owner $mode" ]; then
    problem="is $has and must be $owner $mode"
  fi
fi
printf '%s\037%s\037%s\n' "$file" "$problem" "$sum"
