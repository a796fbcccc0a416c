#!/usr/bin/env bash
# Names the hosts that failed: collect.sh <folder> <name…>
# A host that has left neither a document nor a reason gets a reason. Exits with 1 where a host failed.
set -euo pipefail
folder=$1
shift
failed=0
for name in "$@"; do
  [ -e "$folder/$name.json" ] || [ -e "$folder/$name.failed" ] ||
    echo 'it has left neither a document nor a reason: the host or the connection went down' >"$folder/$name.failed"
  [ -e "$folder/$name.failed" ] || continue
  failed=$((failed + 1))
  echo "$name: failed: $(cat "$folder/$name.failed")" >&2
done
echo "$(($# - failed)) of $# hosts measured; compare them: mapbench compare --by-host $folder/*.json" >&2
[ "$failed" = 0 ]
