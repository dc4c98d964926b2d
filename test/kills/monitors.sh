#!/bin/sh
# monitors.sh AGENT INTERVAL FIRST: what Pacemaker does with a recurring monitor: INTERVAL seconds after the end of
# one begins the next, the first one after FIRST seconds. Says of each when it began (ms) and how it ended.
set -u
echo monitoring
sleep "$3"
while :; do
	began=$(date +%s%3N)
	"$1" monitor
	echo "$began $?"
	sleep "$2"
done
