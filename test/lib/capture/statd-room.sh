#!/bin/sh
# A real rpcbind and rpc.statd in network, mount and process namespaces of their own:
#
#     statd-room.sh STATD_DIRECTORY CALLOUT-OR-EMPTY COMMAND [ARGUMENT...]
#
# and the command, which has standard input and output, and with whose end everything ends.
set -eu
directory=$1 callout=$2
shift 2
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/rpcbind
ip link set lo up
: > /run/resolv.conf
mount --bind /run/resolv.conf /etc/resolv.conf
# statd compares each new client with each that it has, by name: DNS, which is not there, would be asked every time.
sed 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf > /run/nsswitch.conf
mount --bind /run/nsswitch.conf /etc/nsswitch.conf
rpcbind -w -f &
until rpcinfo -T tcp 127.0.0.1 100000 >/dev/null 2>&1; do kill -0 $!; done
rpc.statd -F -L -P "$directory" -p 32765 -o 32766 ${callout:+-H "$callout"} &
exec "$@"
