#!/bin/sh
# node.sh DISK [CALLOUT]: makes a sandbox (test/conformance/sandbox.sh) a node on which clients can be monitored: rpcbind
# and rpc.statd, which runs the callout if one is named, with names from files alone, and of all the shared disks only
# its own.
set -eu
awk -v own="$1" '$1 ~ "^/dev/loop" && $2 ~ "/lockferry-kills-.*/disk$" && $2 != own { print $2 }' /proc/self/mounts |
	xargs -r umount 2>/dev/null || : # One that was removed meanwhile is gone by itself.
mkdir -p /run/rpcbind /run/lock
sed 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf >/run/nsswitch.conf
: >/run/resolv.conf
for file in nsswitch.conf resolv.conf; do mount --bind "/run/$file" "/etc/$file"; done
rpcbind -w
rpc.statd -L -p 32765 -o 32766 ${2:+-H "$2"}
tries=500
until rpcinfo -T tcp 127.0.0.1 100024 1 >/dev/null 2>&1; do
	tries=$((tries - 1))
	[ "$tries" -gt 0 ] || { echo 'rpc.statd does not answer' >&2; exit 1; }
	sleep 0.02
done
