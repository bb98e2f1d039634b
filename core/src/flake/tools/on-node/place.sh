# place FILE OWNER MODE BYTES: the file's content comes on standard input. It is in place whole or not at all. The last line
# is `FILE: placed` where it changed, else `FILE: as it was`.
# shellcheck shell=bash
set -eu
file=$1 owner=$2 mode=$3 bytes=$4

mkdir -p "${file%/*}"
umask 077
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT
cat >"$new"
if [ "$(wc -c <"$new")" -ne "$bytes" ]; then
  echo "$file: not all of it came over; nothing is changed"
  exit 1
fi
later=
if id -u "$owner" >/dev/null 2>&1; then
  chown "$owner:" "$new"
else
  later="; the user $owner does not exist here yet: place it again when the node runs its configuration"
fi
chmod "$mode" "$new"

told() { stat -c '%U %a' "$1"; }
if cmp -s "$new" "$file" && [ "$(told "$new")" = "$(told "$file")" ]; then
  echo "$file: as it was$later"
  exit 0
fi
mv -f "$new" "$file"
echo "$file: placed$later"
