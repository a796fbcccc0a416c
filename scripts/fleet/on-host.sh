#!/usr/bin/env bash
# Measures on this host: on-host.sh <folder> <name> <options of mapbench run…>
# Leaves <folder>/<name>.json, whole or not at all. Where something failed it also leaves <folder>/<name>.failed, one sentence
# that says what, and exits with mapbench's status. MAPBENCH is the command to run (default: npx mapbench). Hosts that are one
# machine in truth take turns at the lock file FLEET_TURNS.
set -uo pipefail
folder=$1
name=${2:-${SLURMD_NODENAME:-$(hostname)}}
shift 2

fail() { # <status> <sentence>: keeps the sentence for the collector and ends
  echo "$name: $2" >&2
  echo "$2" >"$folder/$name.failed" || echo "$name: $folder cannot be written to" >&2
  exit "$1"
}

# What a status of mapbench means, where it said no more itself.
meaning_of() { # <status>
  case $1 in
  1) echo 'a case failed; the document says which' ;;
  4) echo 'nothing of what was asked for can run on this host; the document says why' ;;
  126 | 127) echo "the command ${MAPBENCH:-npx mapbench} cannot be run here; set MAPBENCH" ;;
  130) echo 'the run was interrupted' ;;
  *)
    if [ "$1" -gt 128 ]; then echo "the run was killed by SIG$(kill -l "$1")"; else echo "mapbench ended with status $1"; fi
    ;;
  esac
}

mkdir -p "$folder" || fail 1 "the folder $folder cannot be made"
rm -f "$folder/$name.json" "$folder/$name.failed"
own=$(mktemp -d) || fail 1 'no folder for temporary files can be made'
trap 'rm -rf "$own" "$folder/.$name.json.tmp"' EXIT
if [ -n "${FLEET_TURNS:-}" ]; then
  exec 9>"$FLEET_TURNS" || fail 1 "the lock file $FLEET_TURNS cannot be opened"
  flock 9 || fail 1 "the lock file $FLEET_TURNS cannot be locked"
fi

# MAPBENCH may be several words.
# shellcheck disable=SC2086
${MAPBENCH:-npx mapbench} run "$@" -o "$own/document.json" >/dev/null 2>"$own/errors" 9>&-
status=$?

# A run that ended by itself leaves its last document; one that was stopped would leave half of what was asked for.
case $status in
0 | 1 | 3 | 4)
  if [ -e "$own/document.json" ]; then
    { cp "$own/document.json" "$folder/.$name.json.tmp" && mv "$folder/.$name.json.tmp" "$folder/$name.json"; } ||
      fail 1 "the document cannot be written to $folder"
  fi
  ;;
esac
case $status in 0 | 3) exit "$status" ;; esac
# Without a document mapbench itself says why, in its last line that does not tell how far it is.
said=
if [ ! -e "$folder/$name.json" ] && [ "$status" -lt 126 ]; then
  said=$(sed -n 's/^mapbench: //p' "$own/errors" | grep -v '^round ' | tail -n 1)
fi
fail "$status" "${said:-$(meaning_of "$status")}"
