#!/bin/bash
# The room: first process of the outer namespaces that hold one whole lab. When it ends, by a signal or because
# the program that made the lab has gone (end of file on standard input), the kernel ends everything in it.
# usage: room.sh LOG_DIRECTORY-OR-EMPTY
set -eu
logs=$1

mount -t proc proc /proc
# A /run of our own hides the host's sockets and pid files, and holds the disks of the lab's hosts.
mount -t tmpfs -o mode=755 lab /run
mkdir -p /run/lab/hosts /run/lab/shared /run/lab/power /run/lab/log
if [ -n "$logs" ]; then mount --bind "$logs" /run/lab/log; fi
mount -t tmpfs -o mode=755 shared /run/lab/shared

ip link set lo up
ip link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0
ip link set br0 up
echo ready
while read -r _; do :; done
