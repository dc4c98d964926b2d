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

# need WHAT COMMAND...: the command tries what the lab cannot do without
need() {
  what=$1
  shift
  "$@" || { echo "this machine's kernel lacks $what" >&2; exit 1; }
}
ip link set lo up
need 'network bridges (module bridge)' ip link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0
ip link set br0 up
need 'virtual Ethernet (module veth)' ip link add probe type veth peer name probe-peer
ip link del probe
mkdir /run/lab/probe /run/lab/probe/upper /run/lab/probe/work /run/lab/probe/root
need 'overlay file systems on this root file system (module overlay)' mount -t overlay \
  -o lowerdir=/,upperdir=/run/lab/probe/upper,workdir=/run/lab/probe/work,index=off,xino=off probe /run/lab/probe/root
umount /run/lab/probe/root
rm -r /run/lab/probe

echo ready
while read -r _; do :; done
