#!/bin/bash
# First process of a lab host, stage two: what a distribution does from an empty /run to a running host.
# usage: init.sh NAME ADDRESS/PREFIX lab|systemd SERVICE-OR-UNIT...
set -eu
name=$1 address=$2 init=$3
shift 3
service=/lab/scripts/lab/guest/service.sh

hostname "$name"
: >/run/lab/host
mkdir -p /run/lock /run/rpcbind /run/dbus /run/crm /run/corosync /run/resource-agents /run/ganesha /srv/shared/data
chown _rpc: /run/rpcbind
if getent passwd hacluster >/dev/null; then
  chown hacluster:haclient /run/crm
  chmod 750 /run/crm
fi
mkdir -p /var/log/pacemaker /var/log/corosync /var/log/ganesha
if ! [ -e /etc/lab-installed ]; then
  # First boot of this disk: nothing that the machine below knows of locks or clusters may show through.
  echo "$name" >/etc/hostname
  rm -f /etc/resolv.conf
  : >/etc/resolv.conf
  # Small images lack it, and NFS-Ganesha finds file systems by it.
  ln -sf /proc/self/mounts /etc/mtab
  sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf
  rm -rf /var/lib/nfs /var/lib/corosync /etc/corosync
  mkdir -p /var/lib/nfs/sm /var/lib/nfs/sm.bak /var/lib/nfs/ganesha /var/lib/corosync /etc/corosync/uidgid.d
  # As the package nfs-common leaves it; rpc.statd and sm-notify run as the owner of sm.
  : >/var/lib/nfs/state
  chown statd: /var/lib/nfs/sm /var/lib/nfs/sm.bak /var/lib/nfs/state
  if [ -d /var/lib/pacemaker ]; then find /var/lib/pacemaker -mindepth 2 -delete; fi
  if [ "$init" = systemd ]; then /lab/scripts/lab/guest/units.sh "$@"; fi
  : >/etc/lab-installed
fi

# An interface shows up in /sys a moment before IPv6 knows it.
for _ in $(seq 200); do
  if [ -e /proc/sys/net/ipv6/conf/eth0/accept_dad ]; then break; fi
  sleep 0.02
done
# No duplicate address detection: an IPv6 address is usable as soon as it is there.
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
ip link set lo up
ip addr add "$address" dev eth0
ip link set eth0 up

if [ "$init" = systemd ]; then
  echo ready
  container=lab exec /lib/systemd/systemd --system
fi
for each in "$@"; do "$service" start "$each"; done
# A member of a cluster joins it again at boot.
if [ -e /etc/corosync/corosync.conf ]; then "$service" start cluster; fi
echo ready
# Bash reaps the orphans that come to process 1 while it waits.
while :; do
  sleep 3600 &
  wait $!
done
