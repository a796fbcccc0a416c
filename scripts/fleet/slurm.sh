#!/usr/bin/env bash
# The same run on many nodes of a Slurm cluster: slurm.sh <folder> <options of salloc…> -- <options of mapbench run…>
# as slurm.sh results/fleet --nodes=3 -- -s memfd reuse. The folder must be one that all nodes see. Within an allocation
# (sbatch --wrap "scripts/fleet/slurm.sh results/fleet -- …") it takes the nodes that are there. Exits with 1 where a host failed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
usage() {
  echo 'usage: slurm.sh <folder> <options of salloc…> -- <options of mapbench run…>' >&2
  exit 2
}
command -v srun >/dev/null || {
  echo 'slurm.sh: srun is missing: run it on a node of the cluster, or apt-get install slurm-client' >&2
  exit 2
}
[ $# -ge 1 ] || usage
if [ -z "${SLURM_JOB_NODELIST:-}" ]; then
  folder=$1 allocation=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    allocation+=("$1")
    shift
  done
  [ "${1:-}" = -- ] || usage
  # Whole nodes: another job beside would be measured too. A node that goes down does not end the job.
  exec salloc --quiet --exclusive --no-kill "${allocation[@]}" "$here/slurm.sh" "$folder" "$@"
fi

mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
[ "${1:-}" = -- ] || usage
shift
mapfile -t names < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
for name in "${names[@]}"; do rm -f "$folder/$name.json" "$folder/$name.failed"; done
# One task a node; one that fails does not end the others.
srun --quiet --nodes="${#names[@]}" --ntasks-per-node=1 --no-kill --kill-on-bad-exit=0 \
  bash "$here/on-host.sh" "$folder" '' "$@" || true
"$here/collect.sh" "$folder" "${names[@]}"
