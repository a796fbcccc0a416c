#!/bin/busybox sh
# The guest's first process: runs mapbench, writes what it said to the second serial port, and switches the machine off.
export PATH=/bin HOME=/ NO_COLOR=1 TERM=dumb
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir -p /dev/shm /tmp
mount -t tmpfs none /dev/shm
mount -t tmpfs none /tmp
ip link set lo up 2>/dev/null
# The page's rows compare: every kernel gets the pool and the policy that the rest of them has.
echo 16 >/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
sysctl -q -w vm.unprivileged_userfaultfd=1 2>/dev/null
cd /mapbench
uname -r
node bin/mapbench.js verify @all --draws 0 --fork-timeout 600 --format json >/tmp/verify.json
echo "verify: exit $?"
node bin/mapbench.js run -s @all --forks 1 --time 200 --fork-timeout 600 --format json >/tmp/run.json
echo "run: exit $?"
node summary.mjs /tmp/verify.json /tmp/run.json >/dev/ttyS1
poweroff -f
