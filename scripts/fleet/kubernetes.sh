#!/usr/bin/env bash
# Waits for the job of job.yaml and collects what its pods have left: kubernetes.sh <folder>
# Files are named after the nodes; a pod that got no node goes by its own name. Exits with 1 where a host failed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:?usage: kubernetes.sh <folder>}
command -v kubectl >/dev/null || {
  echo 'kubernetes.sh: kubectl is missing: install it and point it at the cluster' >&2
  exit 2
}
mkdir -p "$folder"

while true; do
  conditions=$(kubectl get job mapbench-fleet -o jsonpath='{.status.conditions[?(@.status=="True")].type}' 2>"$folder/.kubectl") || {
    echo "kubernetes.sh: kubectl cannot see the job mapbench-fleet: $(tail -n 1 "$folder/.kubectl")" >&2
    rm -f "$folder/.kubectl"
    exit 2
  }
  rm -f "$folder/.kubectl"
  if grep -qwE 'Complete|Failed' <<<"$conditions"; then break; fi
  sleep "${FLEET_POLL:-5}"
done

# Pods without a node have an empty second field.
fields='{range .items[*]}{.metadata.name}{"|"}{.spec.nodeName}{"|"}{.status.phase}{"\n"}{end}'
message='{.status.containerStatuses[0].state.terminated.message}'
names=()
while IFS='|' read -r pod node phase; do
  name=${node:-$pod}
  names+=("$name")
  rm -f "$folder/$name.json" "$folder/$name.failed"
  if [ "$phase" != Succeeded ]; then
    reason=$(kubectl get pod "$pod" -o jsonpath="$message")
    echo "${reason:-the pod $pod ended as $phase; kubectl describe pod $pod says why}" >"$folder/$name.failed"
  fi
  # A run with a case that failed has a document all the same.
  kubectl logs "$pod" >"$folder/.$name.json.tmp" 2>/dev/null || true
  if [ -s "$folder/.$name.json.tmp" ]; then mv "$folder/.$name.json.tmp" "$folder/$name.json"; fi
  rm -f "$folder/.$name.json.tmp"
done < <(kubectl get pods -l job-name=mapbench-fleet -o jsonpath="$fields")
[ ${#names[@]} -gt 0 ] || {
  echo 'kubernetes.sh: the job has no pods left: it ran out of time, or they were removed' >&2
  exit 1
}
"$here/collect.sh" "$folder" "${names[@]}"
