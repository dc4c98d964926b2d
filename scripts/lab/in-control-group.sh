#!/bin/bash
# Runs a command in a control group of its own, below the machine's (cgroups(7), version 2), made anew; without a command
# it is only removed. Fails while processes of an earlier run are in it.
# usage: in-control-group.sh NAME [COMMAND...]
set -eu
top=/run/lab/cgroup
group=$top/$1
shift
# Hosts are switched on side by side.
exec 9>"$top.lock"
flock 9
mountpoint -q "$top" || { mkdir -p "$top" && mount -t cgroup2 none "$top"; } ||
  { echo "this machine's kernel lacks control groups of version 2" >&2; exit 1; }
exec 9>&-
if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir {} +; fi
[ $# -gt 0 ] || exit 0
mkdir "$group"
echo 0 >"$group/cgroup.procs"
exec "$@"
