#!/bin/sh
# copier.sh DIRECTORY PERIOD FIRST: what a script does that keeps statd's directory elsewhere: every PERIOD seconds,
# the first time after FIRST seconds, copies sm/ to DIRECTORY and makes the copies durable.
set -eu
echo copying
sleep "$3"
while :; do
	cp -a /var/lib/nfs/sm/. "$1"
	# Each file, then the directory that names them.
	find "$1" -type f -exec sync {} +
	sync "$1"
	sleep "$2"
done
