#!/usr/bin/env bash
# The same run on many hosts over ssh, through GNU parallel: ssh.sh <folder> <host…> -- <options of mapbench run…>
# Hosts are names as ssh takes them; each needs Node.js and mapbench, and nothing shared with this one. With FLEET_TARGETS=1 they
# need a shell alone: the mapbench of this host drives a stub over there. FLEET_SSH is the ssh to use (default: ssh -o
# BatchMode=yes -o ConnectTimeout=10), FLEET_JOBS how many hosts measure at once (default: all), MAPBENCH the command over there,
# or here (default: npx mapbench). Exits with 1 where a host failed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
usage() {
  echo 'usage: ssh.sh <folder> <host…> -- <options of mapbench run…>' >&2
  exit 2
}
for tool in parallel ssh tar; do
  command -v "$tool" >/dev/null || {
    echo "ssh.sh: $tool is missing: apt-get install parallel openssh-client tar" >&2
    exit 2
  }
done
[ $# -ge 1 ] || usage
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
names=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  names+=("$1")
  shift
done
if [ "${1:-}" != -- ] || [ ${#names[@]} = 0 ]; then usage; fi
shift

# What the remote shell is told: the script comes on its standard input, what the host leaves goes back as an archive.
quoted=$(printf ' %q' "$@")
command=$(printf %q "${MAPBENCH:-}")
# Its quotes are for the shell over there.
# shellcheck disable=SC2089
remote="own=\$(mktemp -d) && MAPBENCH=$command bash -s -- \"\$own\" host$quoted >&2
status=\$?; tar cf - -C \"\$own\" .; rm -rf \"\$own\"; exit \$status"
ssh=${FLEET_SSH:-ssh -o BatchMode=yes -o ConnectTimeout=10}
# shellcheck disable=SC2090
export folder here remote ssh quoted

on_host() { # <name>: runs on-host.sh there and keeps what comes back
  local name=$1 own status=0 end
  if [ "${FLEET_TARGETS:-}" = 1 ]; then
    # What is behind the ssh of FLEET_SSH are its options.
    eval "bash '$here/on-host.sh' '$folder' '$name' $quoted --target 'ssh:${ssh#ssh } $name'" 2>/dev/null
    return
  fi
  own=$(mktemp -d)
  # FLEET_SSH may be several words.
  # shellcheck disable=SC2086
  $ssh "$name" "$remote" <"$here/on-host.sh" 2>"$own/errors" >"$own/archive" || status=$?
  mkdir "$own/left"
  tar xf "$own/archive" -C "$own/left" 2>/dev/null || true
  for end in json failed; do
    [ ! -e "$own/left/host.$end" ] || mv "$own/left/host.$end" "$folder/$name.$end"
  done
  if [ ! -e "$folder/$name.json" ] && [ ! -e "$folder/$name.failed" ]; then
    echo "ssh ended with status $status: $(tail -n 1 "$own/errors" | tr -d '\r')" >"$folder/$name.failed"
  fi
  rm -rf "$own"
  return "$status"
}
export -f on_host

for name in "${names[@]}"; do rm -f "$folder/$name.json" "$folder/$name.failed"; done
SHELL=$(command -v bash) parallel --will-cite --jobs "${FLEET_JOBS:-0}" --joblog "$folder/joblog.tsv" on_host ::: "${names[@]}" || true
"$here/collect.sh" "$folder" "${names[@]}"
