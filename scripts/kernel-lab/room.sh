#!/bin/sh
# Process 1 of the lab's room: a process, mount and network namespace with one bridge. It holds everything that the lab
# makes (disks and memory files in a tmpfs on /run) and ends when its standard input does, and everything with it.
set -e
mount -t proc proc /proc
mount -t tmpfs -o size=90%,mode=755 room /run
mkdir /run/images /run/memory /run/console /run/exchange
ip link set lo up
ip link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0
ip link set br0 up
echo ready
read -r _ || :
