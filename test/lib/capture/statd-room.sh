#!/bin/sh
# A real rpcbind and rpc.statd in network, mount and process namespaces of their own, on the statd directory $1.
# Reads nothing and ends with its standard input.
set -eu
mount -t tmpfs tmpfs /run
mkdir /run/rpcbind
ip link set lo up
: > /run/resolv.conf
mount --bind /run/resolv.conf /etc/resolv.conf
rpcbind -w -f &
until rpcinfo -T tcp 127.0.0.1 100000 >/dev/null 2>&1; do kill -0 $!; done
rpc.statd -F -L -P "$1" -p 32765 -o 32766 &
exec "$2" "$3"
